"""Reads a request's body, no further than allowed."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from router.errors import ClientError

_TOO_LARGE: Final = 413
_UNSUPPORTED: Final = 415


async def read_body(request: Request, max_bytes: int) -> bytes:
    """Counts what comes in, whatever Content-Length says. Raises ClientError REQUEST_TOO_LARGE."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise _too_large(max_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def refuse_content_type(headers: Mapping[str, str]) -> None:
    """JSON in UTF-8 only, which also keeps out what HTML forms can send. Raises ClientError UNSUPPORTED_MEDIA_TYPE."""
    media_type, _, parameters = headers.get("content-type", "").lower().partition(";")
    if media_type.strip() != "application/json":
        raise _unsupported("Send the request as application/json.")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(' "') or "utf-8"
    if charset not in ("utf-8", "utf8"):
        raise _unsupported("Send the request in UTF-8.")
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise _unsupported("Send the request uncompressed.")


def _too_large(max_bytes: int) -> ClientError:
    return ClientError(
        "REQUEST_TOO_LARGE", f"The request's body is larger than {max_bytes} bytes.", status=_TOO_LARGE
    )


def _unsupported(message: str) -> ClientError:
    return ClientError("UNSUPPORTED_MEDIA_TYPE", message, status=_UNSUPPORTED)
