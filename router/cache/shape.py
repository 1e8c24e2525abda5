"""What an operation that goes to a subgraph asks for, entity by entity: the form in which the cache knows it.

A selection is for objects of a declared type; for each object type that these can be it has a case. Cases of entities are
where the cache cuts: their members are entries of their own, and whoever leads to them keeps their names only.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from graphql import FieldNode, ValueNode

from router.cache.coordinates import Coordinate
from router.cache.identity import KeyTree
from router.cache.other_keys import OtherKey
from router.cache.policy import Policy, TagFormat


@dataclass(eq=False, slots=True)
class Member:
    """A field as it is selected. `key` is its response key; `depth`, how many lists are around its objects.

    `conditions`: variables of @include and @skip, and what they have to be. `requires`: what its subgraph computes it from.
    `type` is its type as it is written.
    """

    key: str
    name: str
    node: FieldNode
    arguments: Mapping[str, ValueNode]
    conditions: tuple[tuple[str, bool], ...]
    policy: Policy | None
    tags: tuple[TagFormat, ...]
    requires: tuple[str, ...]
    type: str
    depth: int
    below: "Selection | None"
    coordinate: Coordinate
    group: int = 0
    can_be_skimmed: bool = False
    """It leads to entities that can be fetched by key, and of which something may be known."""
    skeleton: str = ""
    """What is asked of its objects that are no entities, as far as that is not in arguments. Empty if there are none."""
    variables: tuple[str, ...] = ()
    """Those that decide what these objects are like."""
    listed: tuple[str, ...] = ()
    """Types of entities of which it has lists."""
    refers: tuple[str, ...] = ()
    """Types of entities of which it has one, or null, which one may take the place of."""
    attribute: str = ""
    """Of the classes that answers are decoded into."""
    decode: Callable[[bytes], Any] | None = None
    """Of a stored value that has objects."""
    decode_names: Callable[[bytes], Any] | None = None
    """The same, where these are entities of one type."""

    @property
    def is_never_known(self) -> bool:
        """Of entities: it is kept for nobody, and does not follow from what leads to them."""
        return self.policy is None and self.name != "__typename"


@dataclass(frozen=True, slots=True)
class CaseForm:
    """How objects of a case are read: from an answer, from what is stored, and from an answer to the case's own operation."""

    answer: type[msgspec.Struct]
    decode_answer: Callable[[bytes], Any]
    decode_stored: Callable[[bytes], Any]
    decode_own: Callable[[bytes], Any]
    keys: tuple[tuple[str, str], ...]
    """Attributes of the parts of the key, and their names."""


@dataclass(eq=False, slots=True)
class Case:
    """Objects of one type. `identity` is None for those that are part of whatever holds them.

    `fetchable`: the subgraph answers `_entities` for its key. `text`: the operation that asks for members of such entities
    only, where group N of them has the condition `$_gN`.
    """

    typename: str
    members: tuple[Member, ...]
    identity: KeyTree | None
    fetchable: bool = False
    is_computed: bool = False
    """Some of its members depend on what is sent."""
    others: tuple[OtherKey, ...] = ()
    """Keys by which the subgraph answers, too."""
    pointer: Member | None = None
    """The first field of its identity, with what holds for names under other keys; None where these are not kept."""
    groups: int = 1
    skimmed: frozenset[int] = frozenset()
    """Groups that can also be asked for no more of their entities than the keys and what is never kept, under the condition `$_sN`."""
    text: str = ""
    variables: tuple[str, ...] = ()
    form: "CaseForm | None" = None
    view: Any = None
    """What is asked of it, where that is the same for all requests: `asking.View`."""
    shown: tuple[tuple[bytes, Member | None], ...] | None = None
    """What an answer has of it, where that is the same for all requests."""


@dataclass(eq=False, slots=True)
class Selection:
    """`is_known`: its objects can be of one type only, so that nobody needs to ask for it."""

    declared: str
    cases: dict[str, Case]
    is_known: bool

    @property
    def has_values(self) -> bool:
        """Whether some of its objects are no entities."""
        return any(case.identity is None for case in self.cases.values())


@dataclass(eq=False, slots=True)
class Top:
    """`_entities` under its response key, for the representations in a variable."""

    key: str
    variable: str
    selection: Selection


@dataclass(eq=False, slots=True)
class Shape:
    """One operation: of entities it has `tops`, else `root`. `text` is the whole of it, with the keys of all entities."""

    text: str
    root: Case | None
    root_selection: Selection | None
    tops: tuple[Top, ...] = ()
    is_mutation: bool = False
    operation_name: str | None = None
    decode: Callable[[bytes], Any] | None = None
    """Of an answer to the whole."""
    useful: bool = field(default=False)
    """Whether anything of it may be read from the cache before it is asked as a whole."""


def selections(shape: Shape) -> Iterator[Selection]:
    """All of a shape, outer ones first."""
    waiting = [top.selection for top in shape.tops]
    if shape.root_selection is not None:
        waiting.append(shape.root_selection)
    for selection in waiting:
        yield selection
        for case in selection.cases.values():
            waiting += [member.below for member in case.members if member.below is not None]
