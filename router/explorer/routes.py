"""Serves the explorer's page and its assets, which lie in the package as they travel: compressed."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from router.explorer.page import ExplorerPage

_CONTENT_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".ttf": "font/ttf",
}

# The editor writes style elements; its icons and fonts are data URLs. Nothing may come from, or go to, elsewhere.
_CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        "img-src 'self' data:",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
_PAGE_HEADERS: Final = {
    "content-security-policy": _CONTENT_SECURITY_POLICY,
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class _Asset:
    compressed: bytes
    content_type: str
    etag: str


def explorer_routes(page: ExplorerPage) -> list[Route]:
    """`/` and `/explorer/…`."""
    assets = _read_assets()

    async def show_page(_request: Request) -> Response:
        return HTMLResponse(page.render(), headers=_PAGE_HEADERS)

    async def send_asset(request: Request) -> Response:
        asset = assets.get(request.path_params["name"])
        if asset is None:
            raise HTTPException(404)
        return _asset_response(asset, request)

    return [Route("/", show_page), Route("/explorer/{name}", send_asset)]


def _asset_response(asset: _Asset, request: Request) -> Response:
    headers = {
        # The names stay the same from version to version: a browser asks again, and mostly hears 304.
        "cache-control": "no-cache",
        "etag": asset.etag,
        "vary": "accept-encoding",
        "x-content-type-options": "nosniff",
    }
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(asset.compressed, headers=headers, media_type=asset.content_type)
    return Response(gzip.decompress(asset.compressed), headers=headers, media_type=asset.content_type)


@cache
def _read_assets() -> Mapping[str, _Asset]:
    assets = {}
    for file in files("router.explorer").joinpath("assets").iterdir():
        if file.name.endswith(".gz"):
            name = file.name.removesuffix(".gz")
            compressed = file.read_bytes()
            digest = hashlib.sha256(compressed).hexdigest()[:20]
            assets[name] = _Asset(compressed, _CONTENT_TYPES[f".{name.rpartition('.')[2]}"], f'"{digest}"')
    return assets
