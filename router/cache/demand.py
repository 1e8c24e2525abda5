"""What a request's Cache-Control demands of the cache: https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1

max-stale is not among it, since what is stale is used where the policy says so, and by nobody's leave else.
"""

from router.cache.freshness import Directives, read_cache_control
from router.cache.usage import CacheDemand, CacheMode

_MS = 1000


def read_demand(control: bytes) -> CacheDemand:
    """Of the header's value. Directives that nobody knows are passed over."""
    found = read_cache_control(control.decode("latin-1"))
    mode = _mode(found)
    if mode not in (CacheMode.USE, CacheMode.ONLY):
        return CacheDemand(mode)
    return CacheDemand(mode, _milliseconds(found, "max-age"), _milliseconds(found, "min-fresh"))


def _mode(found: Directives) -> CacheMode:
    is_fresh = "no-cache" in found or found.seconds("max-age") == 0
    if "only-if-cached" in found:
        return CacheMode.NOTHING if is_fresh or "no-store" in found else CacheMode.ONLY
    if "no-store" in found:
        return CacheMode.BYPASS
    return CacheMode.REFRESH if is_fresh else CacheMode.USE


def _milliseconds(found: Directives, name: str) -> int | None:
    seconds = found.seconds(name)
    return None if seconds is None else seconds * _MS
