"""Fetches in the making: what each asks of its subgraph, and which it has to wait for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import ArgumentNode, DirectiveNode, OperationType, TypeNode

from router.operation.selection import ALWAYS, Conditions, Field
from router.planner.nodes import ContextInput, InputField, Path, Rename


@dataclass(slots=True, eq=False)
class OutField:
    """A field of a subgraph operation. `type` is its type in that subgraph."""

    key: str
    name: str
    type: TypeNode | None
    arguments: tuple[ArgumentNode, ...] = ()
    directives: tuple[DirectiveNode, ...] = ()
    conditions: Conditions = ALWAYS
    below: "Out | None" = None


@dataclass(slots=True, eq=False)
class Out:
    """The selections of a subgraph operation on one type, fields first and then fragments, in order of demand."""

    type_name: str
    fields: dict[tuple[str, Conditions], OutField] = field(default_factory=dict)
    fragments: dict[str, "Out"] = field(default_factory=dict)
    typename_asked: Conditions | None = None
    """When a client asks for `__typename`; None where it is for the router alone."""

    def on(self, type_name: str) -> "Out":
        """The selections for values of one type: these, or those of a fragment in them."""
        if type_name == self.type_name:
            return self
        found = self.fragments.get(type_name)
        if found is None:
            found = self.fragments[type_name] = Out(type_name)
        return found

    def add(self, new: OutField) -> OutField:
        """Adds the field, or gives the equal one that is there. The key says what a field is: equal keys ask the same."""
        always = self.fields.get((new.key, ALWAYS))
        if always is not None and new.below is None:
            return always
        found = self.fields.setdefault((new.key, new.conditions), new)
        if new.below is not None and found.below is None:
            found.below = new.below
        return found

    def ask_typename(self, conditions: Conditions) -> None:
        """By a client."""
        asked = self.typename_asked
        self.typename_asked = conditions if asked is None else asked & conditions

    def merge(self, other: "Out") -> None:
        """Adds all that `other` selects on the same values."""
        if other.typename_asked is not None:
            self.ask_typename(other.typename_asked)
        for key, each in other.fields.items():
            found = self.fields.setdefault(key, each)
            if found is not each and found.below is not None and each.below is not None:
                found.below.merge(each.below)
        for type_name, fragment in other.fragments.items():
            self.on(type_name).merge(fragment)

    def below(self) -> Iterator["Out"]:
        """The selections directly in these, as they are sent: fragments that select nothing are not."""
        for each in self.fields.values():
            if each.below is not None:
                yield each.below
        yield from (fragment for fragment in self.fragments.values() if not fragment.is_empty())

    def walk(self) -> Iterator[OutField]:
        """Every field, at any depth."""
        for each in self.fields.values():
            yield each
            if each.below is not None:
                yield from each.below.walk()
        for fragment in self.fragments.values():
            yield from fragment.walk()

    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return not self.fields and all(fragment.is_empty() for fragment in self.fragments.values())


@dataclass(slots=True)
class Requirement:
    """What is sent for entities of one type. `typename` is what the subgraph calls them."""

    typename: str
    possible_types: set[str]
    selections: dict[str, InputField] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Deferral:
    """One @defer of the operation, at one place of the answer. `parent` is the one around it; None is the answer."""

    label: str | None
    path: Path
    fields: tuple[Field, ...]
    type_name: str
    parent: "Deferral | None"
    source: "FetchGroup | None" = None
    """The fetch that gives the objects which it is about; None at the root."""


@dataclass(slots=True, eq=False)
class FetchGroup:
    """One fetch: a root operation (`requirements` empty) or the entities at `path`."""

    graph: str
    path: Path
    out: Out
    kind: OperationType = OperationType.QUERY
    parents: dict["FetchGroup", None] = field(default_factory=dict)
    requirements: dict[tuple[str, frozenset[str]], Requirement] = field(default_factory=dict)
    contexts: dict[str, ContextInput] = field(default_factory=dict)
    renames: list[Rename] = field(default_factory=list)
    number: int = 0
    deferral: Deferral | None = None

    @property
    def is_entity_fetch(self) -> bool:
        """Whether it asks for entities rather than for root fields."""
        return self.out.type_name == ENTITY

    def depends_on(self, others: Iterable["FetchGroup"]) -> None:
        """Adds fetches to wait for."""
        for other in others:
            if other is not self:
                self.parents[other] = None


ENTITY = "_Entity"
"""The name of the union that `_entities` answers with."""


@dataclass(slots=True)
class FetchGraph:
    """All fetches of an operation, in the order in which they were first needed."""

    groups: list[FetchGroup] = field(default_factory=list)
    deferrals: list[Deferral] = field(default_factory=list)
    _root_groups: dict[tuple[str, Path, OperationType, Deferral | None], FetchGroup] = field(
        default_factory=dict
    )
    _entity_groups: dict[tuple[str, Path, frozenset[int], Deferral | None], FetchGroup] = field(
        default_factory=dict
    )

    def root(
        self,
        graph: str,
        type_name: str,
        kind: OperationType,
        path: Path = (),
        deferral: Deferral | None = None,
    ) -> FetchGroup:
        """The one root operation to the subgraph, whose data goes to the objects at `path`."""
        key = (graph, path, kind, deferral)
        found = self._root_groups.get(key)
        if found is None:
            found = self._add(FetchGroup(graph, path, Out(type_name), kind, deferral=deferral))
            self._root_groups[key] = found
        return found

    def entities(
        self, graph: str, path: Path, parents: Iterable[FetchGroup], deferral: Deferral | None = None
    ) -> FetchGroup:
        """The fetch of entities at `path` after `parents`: one for all that is asked there."""
        waits_for = dict.fromkeys(parents)
        key = (graph, path, frozenset(parent.number for parent in waits_for), deferral)
        found = self._entity_groups.get(key)
        if found is None:
            found = self._add(FetchGroup(graph, path, Out(ENTITY), deferral=deferral))
            found.depends_on(waits_for)
            self._entity_groups[key] = found
        return found

    def levels(self) -> dict[FetchGroup, int]:
        """For each fetch, how many have to run one after another before it."""
        levels: dict[FetchGroup, int] = {}
        for group in self.in_order():
            levels[group] = 1 + max((levels[parent] for parent in group.parents), default=-1)
        return levels

    def in_order(self) -> list[FetchGroup]:
        """Every fetch after those it waits for."""
        done: dict[FetchGroup, None] = {}
        pending = list(reversed(self.groups))
        while pending:
            group = pending[-1]
            missing = [parent for parent in group.parents if parent not in done]
            if missing:
                pending.extend(missing)
            else:
                done[pending.pop()] = None
        return list(done)

    def _add(self, group: FetchGroup) -> FetchGroup:
        group.number = len(self.groups)
        self.groups.append(group)
        return group
