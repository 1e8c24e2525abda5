"""Writes requests: a head that is prepared once for a subgraph, the client's headers once for a client's request."""

import re
from collections.abc import Mapping
from typing import Final

from router.upstream.codes import ACCEPT
from router.upstream.headers import NEVER
from router.upstream.http1.target import Target
from router.upstream.subgraph import SubgraphRequest

_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_REMEMBERED: Final = 500
_REMEMBERED_BYTES: Final = 2000
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class PropagatedHeaders:
    """The lines of a client's headers. Remembers the last: all fetches of a client's request share one mapping."""

    def __init__(self) -> None:
        self._headers: Mapping[str, str] | None = None
        self._lines = b""
        self._known: dict[tuple[str, str], bytes] = {}

    def lines(self, headers: Mapping[str, str]) -> bytes:
        """One line each. A header that cannot be sent, or is the connection's own, is left out."""
        if headers is not self._headers:
            known = self._known
            self._lines = b"".join(
                [known[each] if each in known else self._line(each) for each in headers.items()]
            )
            self._headers = headers
        return self._lines

    def _line(self, header: tuple[str, str]) -> bytes:
        """Remembered, since a request differs from that before it in one header or two."""
        line = _line(*header)
        if len(line) <= _REMEMBERED_BYTES:
            if len(self._known) == _REMEMBERED:
                self._known.clear()
            self._known[header] = line
        return line


class RequestWriter:
    """The requests to one subgraph, as bytes."""

    def __init__(
        self,
        target: Target,
        accept_encoding: tuple[str, ...] = (),
        propagated: PropagatedHeaders | None = None,
    ) -> None:
        accepted = f"accept-encoding: {', '.join(accept_encoding)}\r\n" if accept_encoding else ""
        self._head = (
            f"POST {target.path} HTTP/1.1\r\n"
            f"host: {target.authority}\r\n"
            "content-type: application/json\r\n"
            f"accept: {ACCEPT}\r\n"
            f"{accepted}"
        ).encode("ascii")
        self._propagated = propagated or PropagatedHeaders()

    def write(self, request: SubgraphRequest) -> bytes:
        """The whole request. One piece is one system call and one packet."""
        headers, body = request.headers, request.body
        lines = self._propagated.lines(headers) if headers else b""
        return b"%b%bcontent-length: %d\r\n\r\n%b" % (self._head, lines, len(body), body)


def _line(name: str, value: str) -> bytes:
    """Empty where it cannot be sent."""
    if name.lower() in NEVER or not _NAME.fullmatch(name) or _CONTROL.search(value):
        return b""
    try:
        return f"{name}: {value}\r\n".encode("latin-1")
    except UnicodeEncodeError:
        return b""
