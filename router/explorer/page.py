"""The explorer's page: a fixed text, with the configuration of one graph in it."""

import hashlib
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.resources import files

import msgspec

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
    """The name of the example in the first tab; by default the first one."""
    first_query: str = ""
    """In the first tab where there are no examples."""
    headers: HeadersSource = field(default=_no_headers)

    def render(self) -> str:
        """The page as HTML."""
        return _TEMPLATE.format(title=html.escape(self.title), config=_as_script(self._config()))

    def _config(self) -> Mapping[str, object]:
        return {
            "endpoint": self.endpoint,
            "graph": hashlib.sha256(self.graph.encode()).hexdigest()[:12],
            "title": self.title,
            "examples": [asdict(example) for example in self.examples],
            "tabs": [self._first_tab()],
            "headers": dict(self.headers()),
        }

    def _first_tab(self) -> Mapping[str, str]:
        wanted = [example for example in self.examples if example.name == self.open_first] or self.examples
        if not wanted:
            return {"query": self.first_query}
        return {"query": wanted[0].query, "variables": wanted[0].variables}


def _as_script(value: object) -> str:
    """JSON that cannot end the script element that it stands in."""
    return msgspec.json.encode(value).decode().replace("<", "\\u003c")


_TEMPLATE = files("router.explorer").joinpath("page.html").read_text(encoding="utf-8")
