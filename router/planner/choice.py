"""What the planner has chosen: for every position in the operation, which subgraphs are visited for which fields.

A position is a set of selections on an object that some subgraph has just answered. Costs follow the reference
planner: a fetch at level 0 is nearly free beside one that waits for others, and each further level costs more.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from router.federation.subgraph_view import FieldView
from router.operation.selection import DeferTag, Field, SelectionSet
from router.planner.resolution import EntityKey


def fetch_cost(level: int) -> int:
    """What one more fetch costs that can start only after `level` others."""
    return 100 * level if level else 1


@dataclass(frozen=True, slots=True, eq=False)
class LocalPosition:
    """The subgraph that gave the object resolves everything below it, too."""

    graph: str
    type_name: str
    selections: SelectionSet
    provided: SelectionSet | None
    cost: int = 0
    depth: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A field as one visit fetches it. `index` names it among the visit's entity, for those that require it."""

    field: Field
    view: FieldView
    below: "Position | None"
    index: int
    is_requirement: bool = False
    """Fetched only because another field requires it."""


@dataclass(slots=True, eq=False)
class Visit:
    """One stay in one subgraph for one object. The first visit of an entity is where the object came from."""

    graph: str
    level: int
    """How many fetches come between the object's own and this one."""
    key: EntityKey | None = None
    key_sources: tuple[int, ...] = ()
    """For each field of the key, the index of the visit that it is read from."""
    placed: list[Placed] = field(default_factory=list)
    required: list[int] = field(default_factory=list)
    """Indices of placed fields that must have been fetched before."""
    is_given: bool = False
    """The visit is one of the answer's own; a deferred part only reads keys from it."""
    lifted: "Position | None" = None
    """Where the visit resolves an interface object to the interface: everything that waits for the real type."""
    lifted_fields: dict[int, Field] = field(default_factory=dict)
    """By index, what `lifted` resolves."""


@dataclass(frozen=True, slots=True, eq=False)
class EntityPosition:
    """An object of one type, whose fields come from several visits."""

    type_name: str
    visits: tuple[Visit, ...]
    cost: int
    depth: int
    deferred: tuple["DeferredPosition", ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class DeferredPosition:
    """What is selected of an object inside a @defer: visits of its own, and the place where it comes from first."""

    tag: DeferTag
    fields: tuple[Field, ...]
    position: EntityPosition


@dataclass(frozen=True, slots=True, eq=False)
class AbstractPosition:
    """A value of an interface or union: fields resolved for whatever it is, and the rest object type by object type."""

    graph: str
    type_name: str
    fields: tuple[tuple[Field, FieldView, "Position | None"], ...]
    objects: dict[str, EntityPosition]
    cost: int
    depth: int
    deferred: tuple[tuple[Field, FieldView, "Position | None"], ...] = ()
    """Like `fields`, but shown later."""


Position: TypeAlias = LocalPosition | EntityPosition | AbstractPosition
