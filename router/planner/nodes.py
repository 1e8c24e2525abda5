"""The nodes of a query plan: what the planner writes, and the executor and the compiler read.

A plan works on one tree of data, the answer in the making. A root fetch merges its answer into the root; an
entity fetch takes objects that lie at given paths in the tree, sends a representation of each, and merges each
entity of the answer back into its object.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from graphql import OperationType, TypeNode

LIST = "@"
"""Path element: every item of the list (of lists, too: one element per level)."""


@dataclass(frozen=True, slots=True)
class OnTypes:
    """Path element: go on only where the object's `__typename` is one of these."""

    types: frozenset[str]


Path: TypeAlias = tuple[str | OnTypes, ...]
"""From the root of the data: response keys, LIST, OnTypes. `("users", "@", "reviews", "@", "product")`"""


@dataclass(frozen=True, slots=True)
class InputField:
    """One field of a representation. `source` is its key in the data, when that is not its name.

    An object of which a key field is null is no entity that could be asked for, so it is not sent.
    """

    name: str
    source: str
    selections: tuple["InputSelection", ...] = ()
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class InputFragment:
    """What to send of an object whose `__typename` is `type_condition` or one of `possible_types`.

    `typename` is the `__typename` to send: the subgraph's name for the type, which differs for interface objects.
    `None` sends what the data holds.
    """

    type_condition: str
    possible_types: frozenset[str]
    selections: tuple["InputSelection", ...]
    typename: str | None = None


InputSelection: TypeAlias = InputField | InputFragment


@dataclass(frozen=True, slots=True)
class Rename:
    """After the fetch: in objects at `path` (relative to the fetched object), key `source` becomes `target`."""

    path: Path
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class EntityInput:
    """One `_entities` field of a fetch: which objects go in, and where the entities go back to.

    `requires` at its top holds InputFragments only. An object that matches none of them, or that lacks a field of
    the one it matches (absent or null where the field is a key), is not sent and stays as it is. Equal
    representations are sent once.
    """

    alias: str
    """The response key in the subgraph's answer: `_entities`, or `_e0`, `_e1`… where a fetch has several."""
    variable: str
    """The variable that carries the representations."""
    paths: tuple[Path, ...]
    requires: tuple[InputFragment, ...]
    renames: tuple[Rename, ...] = ()


@dataclass(frozen=True, slots=True)
class ContextInput:
    """A variable whose value comes from the object itself or the nearest one around it that has it.

    Each of `sources` is a chain of keys from such an object to the value. Objects that see different values cannot
    share a request.
    """

    variable: str
    type: TypeNode = field(compare=False)
    sources: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class FetchNode:
    """One request to one subgraph: a root operation (`entities` empty) or a fetch of entities."""

    service: str
    """The subgraph's name, as `@join__graph(name:)` has it."""
    operation: str
    """The text to send, minified and deterministic."""
    kind: OperationType
    variables: tuple[str, ...]
    """The names of the client's variables that the text uses, representations not included."""
    entities: tuple[EntityInput, ...] = ()
    renames: tuple[Rename, ...] = ()
    """For a root operation; an entity fetch has them in its EntityInputs."""
    operation_name: str | None = None
    contexts: tuple[ContextInput, ...] = ()
    id: int | None = None
    """For parts of a DeferNode to depend on."""
    path: Path = ()
    """For a root operation: the objects that its data goes to, where a type below gives the root type again."""


@dataclass(frozen=True, slots=True)
class SequenceNode:
    nodes: tuple["PlanNode", ...]


@dataclass(frozen=True, slots=True)
class ParallelNode:
    nodes: tuple["PlanNode", ...]


@dataclass(frozen=True, slots=True)
class ConditionNode:
    """Runs one of two nodes, by a Boolean variable of the client."""

    variable: str
    if_true: "PlanNode | None" = None
    if_false: "PlanNode | None" = None


@dataclass(frozen=True, slots=True)
class DeferredNode:
    """One part of the answer that comes later, when the fetches of `depends` are done; their ids are in the primary
    part or in parts before.

    `selections` is what the part shows of the objects at `path`, as the client wrote it. `node` is None where all
    of it has been fetched with the primary part.
    """

    depends: tuple[int, ...]
    path: Path
    label: str | None
    selections: str
    node: "PlanNode | None"


@dataclass(frozen=True, slots=True)
class DeferNode:
    """The answer without its deferred parts, and those."""

    selections: str
    primary: "PlanNode | None"
    deferred: tuple[DeferredNode, ...]


@dataclass(frozen=True, slots=True)
class SubscriptionNode:
    """`primary` gives the events, `rest` completes each of them."""

    primary: FetchNode
    rest: "PlanNode | None"


PlanNode: TypeAlias = FetchNode | SequenceNode | ParallelNode | ConditionNode | DeferNode | SubscriptionNode


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """`node` is None where nothing has to be fetched: introspection only, or everything skipped."""

    node: PlanNode | None
    warnings: tuple[str, ...] = field(default=())
