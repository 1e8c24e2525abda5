"""A subgraph as composition sees it: a name, where it is served, and its schema."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subgraph:
    """`sdl` is the text that the subgraph's `_service { sdl }` gives, of Federation 1 or 2."""

    name: str
    url: str
    sdl: str
