"""The errors that StencilTorch raises. Each message says what was found and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class StencilTorchError(Exception):
    """Base of every error that a user can cause; the command line prints it as one line."""


class InputError(StencilTorchError):
    """A picture, a size or a request that cannot be used as it is."""


class ModelError(StencilTorchError):
    """A model file that is missing, damaged, foreign or made for another version."""


class DatasetError(StencilTorchError):
    """A folder of pictures, a manifest or a training pack that cannot be used."""


class ConfigError(StencilTorchError):
    """A recipe, an option or a run folder that does not fit."""


@contextmanager
def reading(name: str, if_damaged: str, if_large: str = "") -> Iterator[None]:
    """Whatever a library raises on a hostile file (none promises a list) becomes one sentence.

    Args:
        name: what messages call the file.
        if_damaged: what is said of a file that cannot be read, and what to do.
        if_large: what to do when memory runs out.
    """
    try:
        yield
    except InputError:
        raise
    except MemoryError as error:
        raise InputError(f"There is not enough free memory to open {name}{if_large}.") from error
    except Exception as error:
        raise InputError(f"{name} {if_damaged}.") from error
