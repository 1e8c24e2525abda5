"""Refuses requests that a page of another origin could make a browser send without a preflight.

A POST needs no check: it must be application/json, for which every browser asks first.
"""

from collections.abc import Collection, Mapping
from typing import Final

from router.errors import ClientError

_FORBIDDEN: Final = 403


def refuse_forged(headers: Mapping[bytes, bytes], preflight_headers: Collection[str]) -> None:
    """For a GET. Raises ClientError CSRF_PREVENTION_FAILED."""
    if any(name.encode() in headers for name in preflight_headers):
        return
    site = headers.get(b"sec-fetch-site")
    if site in (b"same-origin", b"none") or (site is None and not _is_browser(headers)):
        return
    raise ClientError(
        "CSRF_PREVENTION_FAILED",
        f"A browser sent this without asking first. Use POST, or set one of the headers {', '.join(preflight_headers)}.",
        status=_FORBIDDEN,
    )


def _is_browser(headers: Mapping[bytes, bytes]) -> bool:
    """Browsers without Sec-Fetch-Site: old ones, and all on pages without TLS. A page cannot forge these headers."""
    return b"origin" in headers or headers.get(b"user-agent", b"").startswith(b"Mozilla/")
