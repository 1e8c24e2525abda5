"""Reads a request's body, no further than allowed."""

from typing import Final

from starlette.types import Receive

from router.errors import ClientError
from router.remembered import remembered
from router.transport.disconnect import ClientGoneError

_TOO_LARGE: Final = 413
_UNSUPPORTED: Final = 415
_DIGITS: Final = 18
"""A length of more has no place in memory, and Python would refuse to read one of thousands."""


async def read_body(receive: Receive, content_length: bytes | None, max_bytes: int) -> bytes:
    """Counts what comes in, whatever Content-Length says.

    Raises ClientError REQUEST_TOO_LARGE, and ClientGoneError where the client leaves before it has sent everything.
    """
    if content_length is not None and _is_more(content_length, max_bytes):
        raise too_large(max_bytes)
    message = await receive()
    if message["type"] != "http.request":
        raise ClientGoneError
    body: bytes = message.get("body", b"")
    if message.get("more_body", False):
        return await _read_on(receive, bytearray(body), max_bytes)
    if len(body) > max_bytes:
        raise too_large(max_bytes)
    return body


async def _read_on(receive: Receive, body: bytearray, max_bytes: int) -> bytes:
    more = True
    while more:
        if len(body) > max_bytes:
            raise too_large(max_bytes)
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGoneError
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if len(body) > max_bytes:
        raise too_large(max_bytes)
    return bytes(body)


def _is_more(content_length: bytes, max_bytes: int) -> bool:
    if not content_length.isdigit():
        return False
    digits = content_length.lstrip(b"0")
    return len(digits) > _DIGITS or int(digits or b"0") > max_bytes


def refuse_content_type(content_type: bytes | None) -> None:
    """JSON in UTF-8 only, which also keeps out what HTML forms can send. Raises ClientError UNSUPPORTED_MEDIA_TYPE."""
    wanted = _what_is_wanted(content_type or b"")
    if wanted is not None:
        raise unsupported(wanted)


@remembered
def _what_is_wanted(content_type: bytes) -> str | None:
    """In place of what is sent; None where that is right."""
    media_type, _, parameters = content_type.decode("latin-1").lower().partition(";")
    if media_type.strip() != "application/json":
        return "Send the request as application/json."
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(' "') or "utf-8"
    return None if charset in ("utf-8", "utf8") else "Send the request in UTF-8."


def too_large(max_bytes: int) -> ClientError:
    """For a body, as it is sent or unpacked."""
    return ClientError(
        "REQUEST_TOO_LARGE", f"The request's body is larger than {max_bytes} bytes.", status=_TOO_LARGE
    )


def unsupported(wanted: str) -> ClientError:
    """`wanted` says what to send instead."""
    return ClientError("UNSUPPORTED_MEDIA_TYPE", wanted, status=_UNSUPPORTED)
