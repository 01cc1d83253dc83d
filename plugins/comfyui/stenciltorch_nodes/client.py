"""Talk to the StencilTorch studio on this machine; standard library only. The same file is in every plug-in."""

import json
import os
import urllib.error
import urllib.request
import uuid

ADDRESS = "http://127.0.0.1:8765"
SECONDS = 300
"""For one drawing, waiting included."""


class ClientError(Exception):
    """One sentence for the artist."""


def token_or_environment(token):
    """The token that was entered, else that of the environment variable that the studio knows too."""
    return token.strip() or os.environ.get("STENCILTORCH_TOKEN", "")


def colorize(address, token, parts, seconds=SECONDS):
    """Send one drawing.

    Args:
        address: where the studio listens, such as `ADDRESS`.
        token: what the studio shows when it starts.
        parts: names of the API's parts -> bytes or text.

    Returns:
        The answer's bytes, and sentences that the artist should know.

    Raises:
        ClientError: the studio cannot be reached, or says why not.
    """
    body, kind = form(parts)
    headers = {"Content-Type": kind, "Authorization": "Bearer " + token_or_environment(token)}
    try:
        request = urllib.request.Request(address.rstrip("/") + "/api/colorize", body, headers)
        with _OPENER.open(request, timeout=seconds) as answer:
            return answer.read(), answer.headers.get_all("StencilTorch-Notice") or []
    except urllib.error.HTTPError as error:
        raise ClientError(_detail(error)) from error
    except (OSError, ValueError) as error:
        raise ClientError(f"No studio answers at {address}; start `stenciltorch studio` ({error}).") from error


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""The studio is on this machine: no proxy of the system has a part in it."""


def form(parts):
    """multipart/form-data and its content type."""
    boundary = uuid.uuid4().hex
    pieces = []
    for name, content in parts.items():
        data = content.encode() if isinstance(content, str) else bytes(content)
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n\r\n'
        pieces += [head.encode(), data, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return b"".join(pieces), f"multipart/form-data; boundary={boundary}"


def _detail(error):
    if error.code == 401:
        return "The studio does not know this token; copy the one that it shows when it starts."
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return f"The studio answered {error.code}; is it StencilTorch that listens there?"
