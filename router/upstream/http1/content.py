"""Undoes the compression of answers, and never to more than there is room for."""

import zlib
from typing import Final

from router.upstream.http1.invalid import InvalidAnswerError

_GZIP: Final = ("gzip", "x-gzip")
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_ZLIB_METHOD: Final = 8


class Decompressor:
    """The content of one answer. RFC 9110 section 8.4.1. Raises InvalidAnswerError for another coding."""

    def __init__(self, coding: str) -> None:
        if coding not in (*_GZIP, "deflate"):
            raise InvalidAnswerError(f"content-encoding is '{coding[:100]}', not gzip or deflate")
        self._coding = coding
        self._inflate: zlib._Decompress | None = None

    def decode(self, data: bytes, room: int) -> bytes:
        """The next piece. Raises InvalidAnswerError where it is larger than `room`, or no such data."""
        pieces = []
        while data:
            if self._inflate is None:
                self._inflate = self._begin(data)
            try:
                piece = self._inflate.decompress(data, room + 1)
            except zlib.error as error:
                raise InvalidAnswerError(f"not {self._coding}: {error}") from None
            room -= len(piece)
            if room < 0:
                raise InvalidAnswerError("too large when decompressed")
            pieces.append(piece)
            data = self._after_end()
        return b"".join(pieces)

    def finish(self) -> None:
        """Raises InvalidAnswerError where the end is missing."""
        if self._inflate is not None and not self._inflate.eof:
            raise InvalidAnswerError(f"truncated {self._coding}")

    def _begin(self, data: bytes) -> "zlib._Decompress":
        """Deflate is in a wrapper by the specification, and without one as some servers send it."""
        if self._coding in _GZIP:
            return zlib.decompressobj(_GZIP_WINDOW)
        return zlib.decompressobj(zlib.MAX_WBITS if data[0] & 0x0F == _ZLIB_METHOD else -zlib.MAX_WBITS)

    def _after_end(self) -> bytes:
        """Members of gzip may follow each other: RFC 1952 section 2.2."""
        rest = self._inflate.unused_data if self._inflate else b""
        if rest and self._coding not in _GZIP:
            raise InvalidAnswerError("more bytes after the end of the deflated ones")
        if rest:
            self._inflate = None
        return rest
