"""Which of a client's headers go on to the subgraphs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

DEFAULT_NAMES: Final = frozenset(
    {"authorization", "accept-language", "x-request-id", "traceparent", "tracestate"}
)

OF_ONE_REQUEST: Final = frozenset({"x-request-id", "traceparent", "tracestate"})
"""Headers that differ between requests which ask for the same."""

NEVER: Final = frozenset(
    {
        # Of one connection, not of the request: RFC 9110 section 7.6.1.
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        # Of the client's body and address; the router's own request to the subgraph has others.
        "accept",
        "accept-encoding",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
    }
)


@dataclass(frozen=True, slots=True)
class HeaderRules:
    """`names` in lower case. Raises ValueError for a name that must not be passed on."""

    names: frozenset[str] = DEFAULT_NAMES

    def __post_init__(self) -> None:
        refused = sorted(name for name in self.names if name in NEVER or name != name.lower())
        if refused:
            raise ValueError(
                f"headers that cannot be propagated to subgraphs: {', '.join(refused)}. "
                "Name end-to-end request headers, in lower case."
            )


def propagated(headers: Iterable[tuple[str, str]], rules: HeaderRules) -> Mapping[str, str]:
    """The headers for the subgraphs, names in lower case. Repeated ones are joined, as RFC 9110 section 5.3 has it.

    What `Connection` names is the client's connection's own and stays behind.
    """
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(value)
    hop_by_hop = {token.strip().lower() for token in ",".join(values.get("connection", ())).split(",")}
    passed = {}
    for name, given in values.items():
        if name in rules.names and name not in hop_by_hop:
            printable = [value for value in given if value.isprintable()]
            if printable:
                passed[name] = ", ".join(printable)
    return passed
