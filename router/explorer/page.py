"""The explorer's page: a fixed text, with the configuration of one graph in it."""

import hashlib
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files

import msgspec

from router.cache.debug_access import HEADER as CACHE_DEBUG_HEADER
from router.explorer.example import Example

HeadersSource = Callable[[], Mapping[str, str]]


def _no_headers() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class ExplorerPage:
    """What the page shows. `headers` is asked for each time that the page is, so that a token in it is fresh."""

    endpoint: str
    graph: str
    """Tells graphs apart that are served at the same address, one after the other."""
    title: str = "SoftFactory"
    examples: Sequence[Example] = ()
    open_first: str | None = None
    """The name of the example that comes first, and is in the first tab."""
    first_query: str = ""
    """In the first tab where there are no examples."""
    headers: HeadersSource = field(default=_no_headers)
    cache_debug: bool = False
    """Whether the router says where each field of an answer came from, to whoever asks."""

    def render(self) -> str:
        """The page as HTML."""
        return _TEMPLATE.format(title=html.escape(self.title), config=_as_script(self._config()))

    def _config(self) -> Mapping[str, object]:
        return {
            "endpoint": self.endpoint,
            "graph": hashlib.sha256(self.graph.encode()).hexdigest()[:12],
            "title": self.title,
            "examples": [asdict(example) for example in self._in_order()],
            "tabs": [self._first_tab()],
            "headers": dict(self.headers()),
            "cacheDebugHeader": CACHE_DEBUG_HEADER if self.cache_debug else None,
        }

    def _in_order(self) -> list[Example]:
        return sorted(self.examples, key=lambda example: example.name != self.open_first)

    def _first_tab(self) -> Mapping[str, str]:
        for first in self._in_order():
            return {"query": first.query, "variables": first.variables}
        return {"query": self.first_query}


def _as_script(value: object) -> str:
    """JSON that cannot end the script element that it stands in."""
    return msgspec.json.encode(value).decode().replace("<", "\\u003c")


_TEMPLATE = files("router.explorer").joinpath("page.html").read_text(encoding="utf-8")
