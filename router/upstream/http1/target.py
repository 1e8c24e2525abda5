"""Where a subgraph is: its URL, read once."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

UNIX: Final = "unix:"

_PORTS: Final = {"http": 80, "https": 443}
_IN_TARGETS: Final = "/%:@!$&'()*+,;=~-._?"
_UNPRINTABLE: Final = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Target:
    """`host` and `port` are where to connect, or `socket` is; `authority` and `path` are what a request names."""

    url: str
    host: str
    port: int
    authority: str
    path: str
    secure: bool = False
    socket: str | None = None


def read_url(url: str) -> Target:
    """`http://…`, `https://…`, `unix:/path/to.sock` or `unix:/path/to.sock:/graphql`. Raises ValueError."""
    if _UNPRINTABLE.search(url):
        raise ValueError("a URL has no blanks and no control characters")
    if url.startswith(UNIX):
        return _unix(url)
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("a URL begins with http://HOST, https://HOST or unix:/PATH")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL holds no user and no password; a header may")
    return _tcp(url, parts, parts.hostname)


def _tcp(url: str, parts: SplitResult, name: str) -> Target:
    host = name if name.isascii() else name.encode("idna").decode("ascii")
    default = _PORTS[parts.scheme]
    port = parts.port or default
    authority = f"[{host}]" if ":" in host else host
    if port != default:
        authority = f"{authority}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    path = quote((parts.path or "/") + query, safe=_IN_TARGETS)
    return Target(url, host, port, authority, path, parts.scheme == "https")


def _unix(url: str) -> Target:
    """As nginx writes it: the socket ends at a colon, and what follows is the path of the request."""
    socket, _, path = url.removeprefix(UNIX).partition(":/")
    if not socket.startswith("/"):
        raise ValueError("a socket is named by its whole path: unix:/PATH")
    return Target(url, "", 0, "localhost", quote(f"/{path}", safe=_IN_TARGETS), socket=socket)
