"""The content codings of HTTP, RFC 9110 section 8.4.1: each of them packs answers and unpacks requests."""

import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import brotli

from router.errors import ClientError
from router.transport.body import too_large, unsupported

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_GZIP: Final = 31
"""For zlib: a window of 32 KB, and gzip's header around it."""
_GZIP_LEVEL: Final = 1
_BROTLI_QUALITY: Final = 1
_ZSTD_LEVEL: Final = 3
_ZSTD_WINDOW: Final = 23
"""8 MB as a power of two: what RFC 9659 lets a sender ask for."""


@dataclass(frozen=True, slots=True)
class ContentCoding:
    """`compress` takes more than a millisecond for bodies of `slow_from` bytes."""

    name: str
    compress: Callable[[bytes], bytes]
    slow_from: int


def _gzip(body: bytes) -> bytes:
    compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP)
    return compressor.compress(body) + compressor.flush()


def _brotli(body: bytes) -> bytes:
    compressed: bytes = brotli.compress(body, quality=_BROTLI_QUALITY)
    return compressed


_ZSTD_SLOW_FROM: Final = 512 * 1024
_zstd_compressor: Final = zstd.ZstdCompressor(_ZSTD_LEVEL)
"""Making one takes longer than compressing a small answer. Large ones have their own, since threads would have to wait."""


def _zstd(body: bytes) -> bytes:
    if len(body) < _ZSTD_SLOW_FROM:
        return _zstd_compressor.compress(body, _zstd_compressor.FLUSH_FRAME)
    return zstd.compress(body, _ZSTD_LEVEL)


CODINGS: Final[Mapping[str, ContentCoding]] = {
    "zstd": ContentCoding("zstd", _zstd, _ZSTD_SLOW_FROM),
    "br": ContentCoding("br", _brotli, 384 * 1024),
    "gzip": ContentCoding("gzip", _gzip, 192 * 1024),
}
"""Levels and sizes are measured: docs/decisions/048-raw-asgi-endpoint.md."""


def unpack(body: bytes, content_encoding: bytes, max_bytes: int) -> bytes:
    """Unpacks no more than `max_bytes`, however small the body is.

    Raises ClientError: UNSUPPORTED_MEDIA_TYPE for another coding or several, REQUEST_TOO_LARGE, and INVALID_REQUEST for a
    body that is cut off, goes on after its end, or was never packed.
    """
    name = content_encoding.decode("latin-1").strip().lower()
    if name == "identity":
        return body
    if name not in _UNPACK:
        raise unsupported("Send the request uncompressed, or in one of gzip, deflate, br and zstd.")
    try:
        unpacked, complete = _UNPACK[name](body, max_bytes + 1)
    except (zlib.error, brotli.error, zstd.ZstdError):
        unpacked, complete = b"", False
    if len(unpacked) > max_bytes:
        raise too_large(max_bytes)
    if not complete:
        raise ClientError(
            "INVALID_REQUEST", f"The request's body is not in {name}, as its Content-Encoding says."
        )
    return unpacked


def _inflate(body: bytes, most: int, *, window: int) -> tuple[bytes, bool]:
    decompressor = zlib.decompressobj(window)
    unpacked = decompressor.decompress(body, most)
    return unpacked, decompressor.eof and not decompressor.unused_data


def _gunzip(body: bytes, most: int) -> tuple[bytes, bool]:
    return _inflate(body, most, window=_GZIP)


def _undeflate(body: bytes, most: int) -> tuple[bytes, bool]:
    return _inflate(body, most, window=zlib.MAX_WBITS)


def _unbrotli(body: bytes, most: int) -> tuple[bytes, bool]:
    decompressor = brotli.Decompressor()
    return decompressor.process(body, output_buffer_limit=most), decompressor.is_finished()


def _unzstd(body: bytes, most: int) -> tuple[bytes, bool]:
    decompressor = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW})
    unpacked = decompressor.decompress(body, most)
    return unpacked, decompressor.eof and not decompressor.unused_data


_UNPACK: Final[Mapping[str, Callable[[bytes, int], tuple[bytes, bool]]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _undeflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
