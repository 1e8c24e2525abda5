"""Fields with arguments that come from the objects around theirs: what those objects have to be asked for."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from router.federation.subgraph_view import ContextArgument
from router.operation.selection import Field, SelectionSet
from router.planner.fetch_graph import FetchGraph, FetchGroup, Out
from router.planner.nodes import ContextInput, OnTypes
from router.planner.resolution import TYPENAME, Resolution


@dataclass(slots=True)
class _Need:
    """One context and the selection that is read from it, wherever it is used. `keys` are where it is fetched to."""

    variable: str
    argument: ContextArgument
    types: frozenset[str]
    keys: dict[tuple[str, ...], None] = field(default_factory=dict)


class Contexts:
    """The contexts of one operation."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution
        self._needs: dict[tuple[str, str], _Need] = {}
        self._taken: set[str] = set()

    def ask(self, selections: SelectionSet) -> SelectionSet:
        """The selections, and in them what fields below take from objects above."""
        if not self._resolution.supergraph.contexts:
            return selections
        self._taken = {each.key for each in _walk(selections)}
        return self._asked(selections)[0]

    def input(self, argument: ContextArgument) -> ContextInput:
        """How a fetch is told the value of an argument."""
        need = self._needs[(argument.context, argument.text)]
        return ContextInput(need.variable, argument.type, tuple(need.keys))

    def wait(self, graph: FetchGraph) -> None:
        """Makes fetches that pass a context wait for those that fetch it."""
        sources: dict[str, list[tuple[tuple[str, ...], FetchGroup]]] = {}
        firsts = {keys[0] for need in self._needs.values() for keys in need.keys}
        if not firsts:
            return
        for group in graph.groups:
            around = _keys(group)
            above = ((key, around[:depth]) for depth, key in enumerate(around))
            for key, place in (*above, *_places(group.out, around)):
                if key in firsts:
                    sources.setdefault(key, []).append((place, group))
        for group in graph.groups:
            here = _keys(group)
            for context in group.contexts.values():
                for first, *_ in context.sources:
                    found = sources.get(first, ())
                    group.depends_on(source for place, source in found if place == here[: len(place)])

    def _asked(self, selections: SelectionSet) -> tuple[SelectionSet, dict[str, _Need]]:
        open_needs: dict[str, _Need] = {}
        fields: list[Field] = []
        for each in selections.fields:
            if each.selections is not None:
                below, needs = self._asked(each.selections)
                open_needs |= needs
                each = replace(each, selections=below) if below is not each.selections else each
            fields.append(each)
            open_needs |= self._needs_of(each, selections.type)
        possible = self._resolution.supergraph.possible_types[selections.type]
        added: list[Field] = []
        for name, need in list(open_needs.items()):
            here = need.types & possible
            if here:
                added += self._sources(need, selections.type, here)
            if possible <= need.types:
                del open_needs[name]
        if not added and all(a is b for a, b in zip(fields, selections.fields, strict=True)):
            return selections, open_needs
        return SelectionSet(selections.type, (*fields, *added)), open_needs

    def _needs_of(self, each: Field, type_name: str) -> dict[str, _Need]:
        found: dict[str, _Need] = {}
        supergraph = self._resolution.supergraph
        for possible in each.types or supergraph.possible_types[type_name]:
            for view in supergraph.graphs_of[possible]:
                resolved = view.fields.get(each.name)
                for argument in resolved.context_arguments if resolved is not None else ():
                    need = self._need(argument)
                    found[need.variable] = need
        return found

    def _need(self, argument: ContextArgument) -> _Need:
        key = (argument.context, argument.text)
        found = self._needs.get(key)
        if found is None:
            supergraph = self._resolution.supergraph
            names = supergraph.contexts.get(argument.context, ())
            types = frozenset().union(*(supergraph.possible_types[name] for name in names))
            variable = f"contextualArgument_{len(self._needs)}"
            found = self._needs[key] = _Need(variable, argument, types)
        return found

    def _sources(self, need: _Need, type_name: str, types: frozenset[str]) -> Iterator[Field]:
        """The fields that get the value, each under a key of its own, so that they meet nothing of the client's."""
        possible = self._resolution.supergraph.possible_types[type_name]
        for name in sorted(self._resolution.supergraph.contexts[need.argument.context]):
            selected = self._resolution.field_set(need.argument.selections, name)
            for each in selected.fields:
                if each.name == TYPENAME:
                    continue
                own = self._resolution.supergraph.possible_types[name] if each.types is None else each.types
                guard = own & types
                if not guard:
                    continue
                key = self._free_key()
                need.keys[(key, *_chain(each))] = None
                on = next(iter(guard)) if len(guard) == 1 else each.on
                yield replace(each, key=key, on=on, types=None if guard == possible else guard)

    def _free_key(self) -> str:
        number = 0
        while f"_context_{number}" in self._taken:
            number += 1
        self._taken.add(f"_context_{number}")
        return f"_context_{number}"


def _chain(each: Field) -> tuple[str, ...]:
    """The keys below a field down to the one leaf that a context selects."""
    if each.selections is None:
        return ()
    below = next(field for field in each.selections.fields if field.name != TYPENAME)
    return (below.key, *_chain(below))


def _walk(selections: SelectionSet) -> Iterator[Field]:
    for each in selections.fields:
        yield each
        if each.selections is not None:
            yield from _walk(each.selections)


def _keys(group: FetchGroup) -> tuple[str, ...]:
    return tuple(each for each in group.path if not isinstance(each, OnTypes) and each != "@")


def _places(out: Out, place: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every key of the selections, with the keys above it."""
    for each in out.fields.values():
        yield each.key, place
        if each.below is not None:
            yield from _places(each.below, (*place, each.key))
    for fragment in out.fragments.values():
        yield from _places(fragment, place)
