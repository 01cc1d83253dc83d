"""A rater's code: made in the rater's browser, kept by the rater; the study keeps only its hash."""

from __future__ import annotations

import hashlib

from stenciltorch.errors import InputError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters that look like digits (Crockford's)."""
LENGTH = 16
"""80 random bits."""
_MISREAD = str.maketrans("OIL", "011")


def normalised(code: str) -> str:
    """As it was made, however it was typed.

    Raises:
        InputError: no code.
    """
    plain = code[: 4 * LENGTH].upper().replace("-", "").replace(" ", "").translate(_MISREAD)
    if len(plain) != LENGTH or not set(plain) <= set(ALPHABET):
        raise InputError(
            f"A code has {LENGTH} letters and digits, such as K7QF-M2XA-9TRD-PW4H; type it as it was shown."
        )
    return plain


def key_of(code: str, seal: str) -> str:
    """What is kept of a code. The study's own hash is mixed in, so that two studies cannot be put together."""
    return hashlib.sha256(f"{seal} {normalised(code)}".encode()).hexdigest()
