"""What all merging shares: the subgraphs, the supergraph in the making, and what was found on the way."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from router.composition.problem import CompositionProblem, Hint, ProblemLocation, location_of, print_subgraphs
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import DirectiveUse, Element, Field, Kind, Schema, TypeDefinition

E_co = TypeVar("E_co", bound=Element, covariant=True)
Sources: TypeAlias = Mapping[int, E_co]
"""The definitions of one element, by the index of the subgraph that has it."""


@dataclass(slots=True)
class Overrides:
    """What becomes of one field in the subgraphs that lose it, by the index of the subgraph."""

    used: set[int] = field(default_factory=set)
    """Overridden, and still selected by a key, a requirement or an interface there."""
    unused: set[int] = field(default_factory=set)
    labels: dict[int, str] = field(default_factory=dict)
    """Of progressive overrides: on both sides."""

    def is_overridden(self, index: int) -> bool:
        return index in self.used or index in self.unused


@dataclass(slots=True)
class EnumUse:
    """Where an enum type is used: the coordinate of an example of each."""

    as_input: str | None = None
    as_output: str | None = None


class MergeContext:
    """Subgraphs are in alphabetical order, so the result does not depend on the order in which they were given."""

    def __init__(self, subgraphs: Iterable[SubgraphSchema]) -> None:
        self.subgraphs = tuple(sorted(subgraphs, key=lambda each: each.name))
        self.names = tuple(each.name for each in self.subgraphs)
        self.graphs = _graph_names(self.names)
        self.schema = Schema()
        self.problems: list[CompositionProblem] = []
        self.hints: list[Hint] = []
        self.enum_uses: dict[str, EnumUse] = {}
        self.applications: list[tuple[Element, Sources[Element]]] = []
        """Elements of the supergraph whose applied directives are still to be merged, with their sources."""
        self._types = self._index_types()
        self.interface_objects = self._find_interface_objects()
        """Names of interfaces to the subgraphs that have them as an interface object."""
        self.overrides: dict[str, Overrides] = {}
        """By coordinate, the fields that some @override takes from one subgraph for another."""
        self.specification_types: frozenset[str] = frozenset()
        """The types of the supergraph that belong to linked features."""
        self.linked_directives: frozenset[str] = frozenset()
        """The directives of the supergraph that belong to linked features."""
        self.joins_directives = False
        """Whether the supergraph says of some directive which subgraphs apply it."""
        self.composed_names: dict[str, str] = {}
        """What the supergraph calls the directives of Federation that it keeps."""

    def _find_interface_objects(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for index, subgraph in enumerate(self.subgraphs):
            if subgraph.directive_names.get("interfaceObject"):
                for definition in subgraph.schema.of_kind(Kind.OBJECT):
                    if subgraph.is_interface_object(definition):
                        found.setdefault(definition.name, []).append(index)
        return found

    def composed_use(self, element: Element, directive: str) -> DirectiveUse | None:
        """The application of a directive of Federation on an element of the supergraph."""
        name = self.composed_names.get(directive)
        return element.use(name) if name is not None and element.directives else None

    @property
    def inaccessible(self) -> str | None:
        """What the supergraph calls @inaccessible, if it has it."""
        return self.composed_names.get("inaccessible")

    def is_inaccessible(self, element: Element) -> bool:
        return self.composed_use(element, "inaccessible") is not None

    def types(self, name: str) -> dict[int, TypeDefinition]:
        """The definitions of a type in the subgraphs."""
        return self._types.get(name, {})

    def _index_types(self) -> dict[str, dict[int, TypeDefinition]]:
        found: dict[str, dict[int, TypeDefinition]] = {}
        for index, subgraph in enumerate(self.subgraphs):
            for definition in subgraph.schema.types.values():
                if not subgraph.is_specification_type(definition.name):
                    found.setdefault(definition.name, {})[index] = definition
        return found

    def restrict_types(self, name: str, subgraphs: Iterable[int]) -> None:
        """From here on a type has only the definitions of some subgraphs."""
        self._types[name] = {index: self._types[name][index] for index in subgraphs}

    def type_names(self) -> Iterable[str]:
        """The names of all types of the graph."""
        return self._types

    def problem(self, code: str, message: str, sources: Sources[Element] | None = None) -> None:
        self.problems.append(CompositionProblem(code, message, self._locations(sources)))

    def hint(self, code: str, message: str, sources: Sources[Element] | None = None) -> None:
        self.hints.append(Hint(code, message, self._locations(sources)))

    def _locations(self, sources: Sources[Element] | None) -> tuple[ProblemLocation, ...]:
        if sources is None:
            return ()
        return tuple(
            at for index, source in sources.items() for at in location_of(self.names[index], source.node)
        )

    def print_subgraphs(self, indexes: Iterable[int]) -> str:
        return print_subgraphs(self.names[index] for index in indexes)

    def presence(self, name: str, present: Iterable[int], absent: Iterable[int]) -> str:
        """`"T.f" is defined in subgraph "a" but not in subgraph "b"`."""
        return f'"{name}" is defined in {self.print_subgraphs(present)} but not in {self.print_subgraphs(absent)}'

    def differences(self, texts: Mapping[int, str], first: str) -> str:
        """`type "A" in subgraph "a" but type "B" in subgraph "b"`; `texts` has what each subgraph has."""
        groups: dict[str, list[int]] = {first: []}
        for index, text in texts.items():
            groups.setdefault(text, []).append(index)
        parts = [f"{text} in {self.print_subgraphs(indexes)}" for text, indexes in groups.items() if indexes]
        return parts[0] if len(parts) == 1 else f"{parts[0]} but {' and '.join(parts[1:])}"

    def is_external(self, index: int, field: Field) -> bool:
        return self.subgraphs[index].is_external(field)

    def abstracted_fields(self, field: Field, index: int) -> list[Field]:
        """The fields of interface objects by which a subgraph resolves a field of an object type it does not know."""
        found: list[Field] = []
        if not self.interface_objects:
            return found
        parent = self.schema.types[field.parent]
        types = self.subgraphs[index].schema.types
        if parent.kind is not Kind.OBJECT or parent.name in types:
            return found
        for interface in parent.interfaces:
            if index in self.interface_objects.get(interface, ()):
                abstracted = types[interface].fields.get(field.name)
                if abstracted is not None:
                    found.append(abstracted)
        return found


def _graph_names(names: Iterable[str]) -> tuple[str, ...]:
    """Names for the values of join__Graph: upper case, made of what a name may have, no two the same."""
    taken: set[str] = set()
    result = []
    for name in names:
        sanitized = re.sub(r"[^A-Za-z0-9_]", "_", name).upper()
        if not sanitized or sanitized[0].isdigit():
            sanitized = f"_{sanitized}"
        if re.search(r"_\d+$", sanitized):
            sanitized += "_"
        unique, number = sanitized, 1
        while unique in taken:
            unique, number = f"{sanitized}_{number}", number + 1
        taken.add(unique)
        result.append(unique)
    return tuple(result)
