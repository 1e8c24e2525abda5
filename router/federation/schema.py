"""A schema as data that may be incomplete or wrong: what composition reads, checks, merges and prints.

graphql-core's GraphQLSchema is made for execution: it refuses the half-schemas that subgraphs are, and forgets which
extension a field came from. This model keeps both.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from graphql import Node, ValueNode


class Kind(StrEnum):
    """The kinds of type definition."""

    SCALAR = "scalar"
    OBJECT = "type"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT_OBJECT = "input"


BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})
ROOT_NAMES = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}


@dataclass(slots=True)
class DirectiveUse:
    """A directive where it is applied. `part` numbers the definition (0) or extension (1…) that carries it."""

    name: str
    arguments: dict[str, ValueNode] = field(default_factory=dict)
    part: int = 0
    node: Node | None = None


@dataclass(slots=True)
class Element:
    """What every part of a schema has. `coordinate` names it in messages: `T`, `T.f`, `T.f(a:)`, `@d(a:)`."""

    name: str
    coordinate: str
    description: str | None = None
    directives: list[DirectiveUse] = field(default_factory=list)
    node: Node | None = None

    def uses(self, name: str | None) -> list[DirectiveUse]:
        """The applications of one directive."""
        return [use for use in self.directives if use.name == name]

    def use(self, name: str | None) -> DirectiveUse | None:
        """The first application of one directive."""
        for use in self.directives:
            if use.name == name:
                return use
        return None


@dataclass(slots=True)
class InputValue(Element):
    """An argument or a field of an input object."""

    type: str = ""
    default: ValueNode | None = None
    part: int = 0

    @property
    def is_required(self) -> bool:
        return self.type[-1] == "!" and self.default is None


@dataclass(slots=True)
class Field(Element):
    """A field of an object or interface type."""

    parent: str = ""
    type: str = ""
    arguments: dict[str, InputValue] = field(default_factory=dict)
    part: int = 0


@dataclass(slots=True)
class EnumValue(Element):
    """A value of an enum type."""

    part: int = 0


@dataclass(slots=True)
class TypeDefinition(Element):
    """A type with all its extensions folded in; only the attributes of its kind are filled."""

    kind: Kind = Kind.SCALAR
    fields: dict[str, Field] = field(default_factory=dict)
    interfaces: dict[str, int] = field(default_factory=dict)
    """Name to part."""
    members: dict[str, int] = field(default_factory=dict)
    values: dict[str, EnumValue] = field(default_factory=dict)
    input_fields: dict[str, InputValue] = field(default_factory=dict)
    is_defined: bool = True
    """False where only extensions were seen."""
    is_extended: bool = False
    parts: list[Node] = field(default_factory=list)

    @property
    def is_composite(self) -> bool:
        return self.kind in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)

    @property
    def is_abstract(self) -> bool:
        return self.kind in (Kind.INTERFACE, Kind.UNION)

    @property
    def is_leaf(self) -> bool:
        return self.kind in (Kind.SCALAR, Kind.ENUM)


@dataclass(slots=True)
class DirectiveDefinition(Element):
    """The definition of a directive."""

    arguments: dict[str, InputValue] = field(default_factory=dict)
    locations: tuple[str, ...] = ()
    is_repeatable: bool = False


@dataclass(slots=True)
class Schema:
    """Types and directives by name, in the order in which they were written."""

    types: dict[str, TypeDefinition] = field(default_factory=dict)
    directives: dict[str, DirectiveDefinition] = field(default_factory=dict)
    roots: dict[str, str] = field(default_factory=dict)
    """Operation (`query`…) to the name of its type."""
    root_nodes: dict[str, Node] = field(default_factory=dict)
    definition: Element = field(default_factory=lambda: Element("schema", "schema"))
    _implementations: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def of_kind(self, *kinds: Kind) -> Iterator[TypeDefinition]:
        """The types of some kinds."""
        return (each for each in self.types.values() if each.kind in kinds)

    def possible_types(self, name: str) -> frozenset[str]:
        """The object types that a value of this type may have. Remembered: ask when the schema is complete."""
        known = self._implementations.get(name)
        if known is None:
            known = self._implementations[name] = self._find_possible_types(name)
        return known

    def forget_possible_types(self) -> None:
        """To be called after types, interfaces or members have changed."""
        self._implementations.clear()

    def _find_possible_types(self, name: str) -> frozenset[str]:
        definition = self.types.get(name)
        if definition is None:
            return frozenset()
        if definition.kind is Kind.UNION:
            return frozenset(definition.members)
        if definition.kind is Kind.INTERFACE:
            return self._objects_by_interface().get(name, frozenset())
        return frozenset({name})

    def _objects_by_interface(self) -> dict[str, frozenset[str]]:
        """One pass for all interfaces: a pass per interface would be quadratic."""
        found: dict[str, set[str]] = {}
        for each in self.types.values():
            if each.kind is Kind.OBJECT:
                for interface in each.interfaces:
                    found.setdefault(interface, set()).add(each.name)
        for each in self.types.values():
            if each.kind is Kind.INTERFACE:
                self._implementations[each.name] = frozenset(found.get(each.name, ()))
        return self._implementations
