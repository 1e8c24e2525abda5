"""The objects of an answer in the making: what each has for the client, for later fetches, and from whom.

A place is a position in the answer; a cell of it, those of its objects whose types are treated alike; a slot, one of
their fields. A source is a position in the answer of one fetch: its objects come to lie in one cell or in several.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import GraphQLOutputType

from router.planner.nodes import EntityInput, FetchNode, InputFragment


@dataclass(eq=False, slots=True)
class Slot:
    """A field of the objects of a cell. `type` is None for a type name."""

    key: str
    type: GraphQLOutputType | None
    visible: bool
    is_input: bool = False
    """A later fetch sends it."""
    place: "Place | None" = None
    providers: list["Asked"] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Cell:
    """`slots` by response key: what the client asked, in its order, then what only the router needs."""

    place: "Place"
    typenames: tuple[str, ...]
    is_interface: bool = False
    """A subgraph knows an interface as an object, and no more of these."""
    slots: dict[str, Slot] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"{'.'.join(hop.key for hop in self.place.hops)} as {' or '.join(self.typenames)}"


@dataclass(eq=False, slots=True)
class Place:
    """`hops` lead to it from the root. `is_known`: its objects can be of one type only; `is_split`: they are of several cells."""

    hops: "tuple[Hop, ...]"
    is_known: bool
    is_split: bool
    number: int
    cells: list[Cell] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Asked:
    """A field that a fetch asked of the objects of a source, and the slots that it fills, by cell."""

    source: "Source"
    key: str
    slots: dict[Cell, Slot] = field(default_factory=dict)
    below: "Source | None" = None


@dataclass(eq=False, slots=True)
class Source:
    """`becomes`: its objects become those of the answer; else their fields are put into objects that are there."""

    number: int
    becomes: bool
    fields: dict[str, Asked] = field(default_factory=dict)
    cells: dict[Cell, None] = field(default_factory=dict)
    recast: bool = False
    """Its objects are read only to make others of them."""
    typed: dict[Cell, Slot] = field(default_factory=dict)
    """The cells for whose objects it asks the type name."""
    learns: bool = False
    """Of objects that are there as an interface's, it tells the object type."""


@dataclass(frozen=True, slots=True)
class Hop:
    """From objects to those one field further: through `depth` lists, if their type is one of `types`."""

    key: str
    depth: int
    types: frozenset[str] | None


@dataclass(eq=False, slots=True)
class Target:
    """The objects of a place that a fetch is for. `requires`: what each cell has to send, of those that are meant."""

    place: Place
    position: int
    """In the order in which the interpreter looks for objects."""
    requires: dict[Cell, tuple[InputFragment, ...]] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class EntityLayout:
    """One `_entities` field of a fetch."""

    input: EntityInput
    source: Source
    targets: list[Target] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class FetchLayout:
    """`source` is the data of a root fetch, which goes to `targets`; or there are `entities`."""

    number: int
    node: FetchNode
    source: Source
    entities: tuple[EntityLayout, ...] = ()
    targets: list[Target] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Layout:
    """Everything about one operation's objects, known before any of them is there."""

    root: Place
    fetches: dict[int, FetchLayout]
    """By the id() of the plan's node."""
    sources: list[Source] = field(default_factory=list)

    def places(self) -> Iterator[Place]:
        """All of them, parents first."""
        waiting = [self.root]
        for place in waiting:
            yield place
            waiting.extend(slot.place for cell in place.cells for slot in cell.slots.values() if slot.place)
