"""A subgraph's schema, seen with the eyes of Federation: what its directives are called and what they make of fields."""

from collections.abc import Iterator
from functools import cached_property

from graphql import Node

from router.composition.field_targets import target_fields
from router.composition.problem import CompositionProblem, location_of
from router.federation import specification
from router.federation.link import APOLLO_SPECIFICATIONS, Link, Links
from router.federation.schema import DirectiveUse, Element, Field, InputValue, Kind, Schema, TypeDefinition
from router.federation.type_reference import named_type
from router.federation.version import Version

PROTOCOL_TYPES = ("_Any", "_Entity", "_Service")
SUBFEATURES = {
    "tag": "tag",
    "inaccessible": "inaccessible",
    "authenticated": "authenticated",
    "requiresScopes": "requiresScopes",
    "policy": "policy",
    "cost": "cost",
    "listSize": "cost",
    "context": "context",
    "cacheTag": "cacheTag",
}
"""Directives of Federation that have a specification of their own, which a subgraph may link directly."""

CACHED = (
    "fake_externals",
    "_external_by_type",
    "provided_fields",
    "key_fields",
    "used_fields",
    "shareable_fields",
    "root_names",
    "federation_directives",
)


class SubgraphSchema:
    """One subgraph in composition. Ask for the cached sets only when its schema is complete."""

    def __init__(self, name: str, url: str, schema: Schema, links: Links) -> None:
        self.name = name
        self.url = url
        self.schema = schema
        self.links = links
        federation = links.federation
        self.is_federation_2 = federation is not None
        self.is_upgraded = False
        self.version: Version = federation.version if federation else specification.FEDERATION_1
        self.directive_names = self._find_directive_names()
        self.type_names = self._find_type_names()

    def _find_directive_names(self) -> dict[str, str]:
        federation = self.links.federation
        names = {}
        for name in specification.directives_of(self.version):
            names[name] = federation.directive(name) if federation else name
        for name, feature in SUBFEATURES.items():
            link = self.links.by_identity(f"{APOLLO_SPECIFICATIONS}/{feature}")
            if link is not None and (federation is None or f"@{name}" not in federation.imports):
                names[name] = link.directive(name)
        return names

    def _find_type_names(self) -> dict[str, str]:
        federation = self.links.federation
        if federation is None:
            return dict(specification.FEDERATION_1_TYPES)
        return {name: federation.type(name) for name in specification.types_of(self.version)}

    def upgrade(self, version: Version) -> None:
        """From here on a schema of Federation 1 counts as one of 2, with the directives under their own names."""
        self.version = version
        self.is_federation_2 = self.is_upgraded = True
        self.directive_names = {**self.directive_names, "shareable": "shareable"}
        self.directive_names |= {
            name: name for name in specification.directives_of(version) if name in self.schema.directives
        }
        self.forget()

    def connector_origin(self, directive: str) -> str | None:
        """The name in the connect specification of a directive of this schema."""
        link = self.connectors
        return link.directive_origin(directive) if link is not None else None

    @property
    def connectors(self) -> Link | None:
        """The connect specification: routers read its directives, composition only carries them over."""
        return self.links.by_identity(f"{APOLLO_SPECIFICATIONS}/connect")

    def uses(self, element: Element, directive: str) -> list[DirectiveUse]:
        """The applications of a directive, named as its specification names it."""
        name = self.directive_names.get(directive)
        return [] if name is None else element.uses(name)

    def use(self, element: Element, directive: str) -> DirectiveUse | None:
        """The first application of a directive, named as its specification names it."""
        name = self.directive_names.get(directive)
        return None if name is None else element.use(name)

    def has(self, element: Element, directive: str) -> bool:
        return self.use(element, directive) is not None

    def problem(self, code: str, message: str, node: Node | None = None) -> CompositionProblem:
        """A problem of this subgraph alone."""
        return CompositionProblem(code, f"[{self.name}] {message}", location_of(self.name, node))

    def is_specification_type(self, name: str) -> bool:
        """Whether a type belongs to a linked specification or to the subgraph protocol, not to the graph."""
        if name in PROTOCOL_TYPES or name in self.type_names.values():
            return True
        if name.startswith(("link__", "core__")) and self.links.directive is not None:
            return True
        link = self.links.of_type(name)
        return link is not None and link.identity.startswith(APOLLO_SPECIFICATIONS)

    def is_specification_directive(self, name: str) -> bool:
        return name in self.federation_directives or name == self.links.directive

    @cached_property
    def federation_directives(self) -> frozenset[str]:
        """What this subgraph calls the directives of Federation."""
        return frozenset(self.directive_names.values())

    @cached_property
    def root_names(self) -> dict[str, str]:
        """Name of a root type to its operation."""
        return {name: operation for operation, name in self.schema.roots.items()}

    def object_fields(self) -> Iterator[Field]:
        """The fields of all object and interface types."""
        for definition in self.schema.of_kind(Kind.OBJECT, Kind.INTERFACE):
            yield from definition.fields.values()

    def arguments(self) -> Iterator[tuple[Field, InputValue]]:
        """Every argument of every field."""
        for field in self.object_fields():
            for argument in field.arguments.values():
                yield field, argument

    def is_extension(self, definition: TypeDefinition) -> bool:
        """Whether Federation 1 takes the type for an extension of one that another subgraph defines."""
        if definition.kind not in (Kind.OBJECT, Kind.INTERFACE):
            return False
        return self.has(definition, "extends") or (definition.is_extended and not definition.is_defined)

    def is_interface_object(self, definition: TypeDefinition) -> bool:
        return definition.kind is Kind.OBJECT and self.has(definition, "interfaceObject")

    def provided_type(self, field: Field) -> TypeDefinition | None:
        """The type that the @provides of a field selects from."""
        return self.schema.types.get(named_type(field.type))

    def is_external(self, field: Field) -> bool:
        """Whether the subgraph only names the field and leaves its value to others."""
        marked = self.has(field, "external") or field.coordinate in self._external_by_type
        return marked and field.coordinate not in self.fake_externals

    def is_partially_external(self, field: Field) -> bool:
        """External, and yet resolved on the paths that a @provides names."""
        return self.is_external(field) and field.coordinate in self.provided_fields

    def is_fully_external(self, field: Field) -> bool:
        return self.is_external(field) and field.coordinate not in self.provided_fields

    def is_shareable(self, field: Field) -> bool:
        return field.coordinate in self.shareable_fields

    @cached_property
    def fake_externals(self) -> frozenset[str]:
        """Key fields of extensions: @external on them is a custom of Federation 1 that means nothing."""
        found = set()
        for definition in self.schema.of_kind(Kind.OBJECT, Kind.INTERFACE):
            for use in self.uses(definition, "key"):
                if use.part > 0 or self.has(definition, "extends"):
                    fields = target_fields(self.schema, definition, use, with_implementations=False)
                    found |= {field.coordinate for field in fields if self.has(field, "external")}
        return frozenset(found)

    @cached_property
    def _external_by_type(self) -> frozenset[str]:
        if not self.is_federation_2:
            return frozenset()
        return frozenset(
            field.coordinate
            for definition in self.schema.of_kind(Kind.OBJECT)
            if self.has(definition, "external")
            for field in definition.fields.values()
        )

    @cached_property
    def provided_fields(self) -> frozenset[str]:
        """The coordinates that any @provides selects."""
        found: set[str] = set()
        for field in self.object_fields():
            for use in self.uses(field, "provides"):
                targets = target_fields(
                    self.schema, self.provided_type(field), use, with_implementations=True
                )
                found |= {target.coordinate for target in targets}
        return frozenset(found)

    @cached_property
    def key_fields(self) -> frozenset[str]:
        """The coordinates that any @key selects."""
        found: set[str] = set()
        for definition in self.schema.of_kind(Kind.OBJECT, Kind.INTERFACE):
            for use in self.uses(definition, "key"):
                targets = target_fields(self.schema, definition, use, with_implementations=True)
                found |= {target.coordinate for target in targets}
        return frozenset(found)

    @cached_property
    def used_fields(self) -> frozenset[str]:
        """The coordinates that any @key, @requires or @provides selects."""
        found = set(self.key_fields | self.provided_fields)
        for field in self.object_fields():
            for use in self.uses(field, "requires"):
                parent = self.schema.types[field.parent]
                targets = target_fields(self.schema, parent, use, with_implementations=True)
                found |= {target.coordinate for target in targets}
        return frozenset(found)

    @cached_property
    def shareable_fields(self) -> frozenset[str]:
        """The coordinates that other subgraphs may resolve too: keys, what is provided, what says so."""
        found = set(self.key_fields)
        if self.is_federation_2:
            found |= self.provided_fields
        for definition in self.schema.of_kind(Kind.OBJECT):
            parts = {use.part for use in self.uses(definition, "shareable")}
            for field in definition.fields.values():
                if field.part in parts or self.has(field, "shareable"):
                    found.add(field.coordinate)
        return frozenset(found)

    def forget(self) -> None:
        """To be called after the schema has changed."""
        self.schema.forget_possible_types()
        for name in (
            "fake_externals",
            "_external_by_type",
            "provided_fields",
            "key_fields",
            "shareable_fields",
        ):
            self.__dict__.pop(name, None)
