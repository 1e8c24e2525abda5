"""From SDL to the schema model. Extensions are folded into the types they extend, and remembered as parts."""

from collections.abc import Sequence
from sys import intern

from graphql import (
    ConstArgumentNode,
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    ValueNode,
)

from router.federation import type_reference
from router.federation.schema import (
    BUILT_IN_SCALARS,
    ROOT_NAMES,
    DirectiveDefinition,
    DirectiveUse,
    EnumValue,
    Field,
    InputValue,
    Kind,
    Schema,
    TypeDefinition,
)

KINDS: dict[type[Node], Kind] = {
    ScalarTypeDefinitionNode: Kind.SCALAR,
    ScalarTypeExtensionNode: Kind.SCALAR,
    ObjectTypeDefinitionNode: Kind.OBJECT,
    ObjectTypeExtensionNode: Kind.OBJECT,
    InterfaceTypeDefinitionNode: Kind.INTERFACE,
    InterfaceTypeExtensionNode: Kind.INTERFACE,
    UnionTypeDefinitionNode: Kind.UNION,
    UnionTypeExtensionNode: Kind.UNION,
    EnumTypeDefinitionNode: Kind.ENUM,
    EnumTypeExtensionNode: Kind.ENUM,
    InputObjectTypeDefinitionNode: Kind.INPUT_OBJECT,
    InputObjectTypeExtensionNode: Kind.INPUT_OBJECT,
}


class SchemaReader:
    """Reads one document. What it cannot keep (second definitions of a name) goes to `problems`."""

    def __init__(self) -> None:
        self.schema = Schema()
        self.problems: list[tuple[str, Node]] = []
        self._schema_parts = 0
        self._has_schema_definition = False

    def read(self, document: DocumentNode) -> Schema:
        """Definitions first, so that a part number of 0 always means the definition."""
        for node in document.definitions:
            if isinstance(node, TypeDefinitionNode):
                self._add_type(node)
            elif isinstance(node, DirectiveDefinitionNode):
                self._add_directive(node)
            elif isinstance(node, SchemaDefinitionNode):
                self._add_schema(node, 0)
            elif not isinstance(node, TypeExtensionNode | SchemaExtensionNode):
                self.problems.append((f"The {node.kind} definition is not executable in a schema.", node))
        for node in document.definitions:
            if isinstance(node, TypeExtensionNode):
                self._extend_type(node)
            elif isinstance(node, SchemaExtensionNode):
                self._schema_parts += 1
                self._add_schema(node, self._schema_parts)
        self._add_default_roots()
        return self.schema

    def _add_schema(self, node: SchemaDefinitionNode | SchemaExtensionNode, part: int) -> None:
        definition = self.schema.definition
        if isinstance(node, SchemaDefinitionNode):
            if self._has_schema_definition:
                self.problems.append(("Must provide only one schema definition.", node))
            self._has_schema_definition = True
            definition.description = _description(node.description)
            definition.node = node
        definition.directives += read_directives(node.directives or (), part)
        for operation in node.operation_types or ():
            kind = operation.operation.value
            if kind in self.schema.roots:
                self.problems.append((f"There can be only one {kind} type in schema.", operation))
            else:
                self.schema.roots[kind] = operation.type.name.value
                self.schema.root_nodes[kind] = operation

    def _add_default_roots(self) -> None:
        if self._has_schema_definition:
            return
        for kind, name in ROOT_NAMES.items():
            definition = self.schema.types.get(name)
            if definition and definition.kind is Kind.OBJECT and kind not in self.schema.roots:
                self.schema.roots[kind] = name

    def _add_type(self, node: TypeDefinitionNode) -> None:
        name = intern(node.name.value)
        if name in BUILT_IN_SCALARS:
            return
        if name in self.schema.types:
            self.problems.append((f'There can be only one type named "{name}".', node))
            return
        definition = TypeDefinition(name, name, _description(node.description), node=node)
        definition.kind = KINDS[type(node)]
        self.schema.types[name] = definition
        self._fill_type(definition, node, 0)

    def _extend_type(self, node: TypeExtensionNode) -> None:
        name = intern(node.name.value)
        if name in BUILT_IN_SCALARS:
            return
        definition = self.schema.types.get(name)
        if definition is None:
            definition = TypeDefinition(name, name, node=node, is_defined=False)
            definition.kind = KINDS[type(node)]
            self.schema.types[name] = definition
        if definition.kind is not KINDS[type(node)]:
            self.problems.append((f'Cannot extend non-{KINDS[type(node)]} type "{name}".', node))
            return
        definition.is_extended = True
        part = len(definition.parts) + (0 if definition.is_defined else 1)
        self._fill_type(definition, node, part)

    def _fill_type(
        self, definition: TypeDefinition, node: TypeDefinitionNode | TypeExtensionNode, part: int
    ) -> None:
        definition.parts.append(node)
        definition.directives += read_directives(node.directives or (), part)
        if isinstance(
            node,
            ObjectTypeDefinitionNode
            | ObjectTypeExtensionNode
            | InterfaceTypeDefinitionNode
            | InterfaceTypeExtensionNode,
        ):
            self._fill_fields(definition, node.fields or (), part)
            for interface in node.interfaces or ():
                self._add_named(definition.interfaces, interface.name.value, part, definition, interface)
        elif isinstance(node, UnionTypeDefinitionNode | UnionTypeExtensionNode):
            for member in node.types or ():
                self._add_named(definition.members, member.name.value, part, definition, member)
        elif isinstance(node, EnumTypeDefinitionNode | EnumTypeExtensionNode):
            self._fill_values(definition, node.values or (), part)
        elif isinstance(node, InputObjectTypeDefinitionNode | InputObjectTypeExtensionNode):
            for each in node.fields or ():
                value = read_input_value(each, definition.name + ".", "", part)
                if value.name in definition.input_fields:
                    self.problems.append((f'Field "{value.coordinate}" can only be defined once.', each))
                definition.input_fields[value.name] = value

    def _add_named(
        self, names: dict[str, int], name: str, part: int, owner: TypeDefinition, node: Node
    ) -> None:
        if name in names:
            self.problems.append((f"Type {owner.name} can only include type {name} once.", node))
        names[intern(name)] = part

    def _fill_fields(self, owner: TypeDefinition, nodes: Sequence[FieldDefinitionNode], part: int) -> None:
        for node in nodes:
            name = intern(node.name.value)
            coordinate = f"{owner.name}.{name}"
            if name in owner.fields:
                self.problems.append((f'Field "{coordinate}" can only be defined once.', node))
                continue
            arguments = self._read_arguments(node.arguments or (), coordinate)
            owner.fields[name] = Field(
                name,
                coordinate,
                _description(node.description),
                read_directives(node.directives or (), part),
                node,
                parent=owner.name,
                type=type_reference.from_node(node.type),
                arguments=arguments,
                part=part,
            )

    def _fill_values(
        self, owner: TypeDefinition, nodes: Sequence[EnumValueDefinitionNode], part: int
    ) -> None:
        for node in nodes:
            name = node.name.value
            coordinate = f"{owner.name}.{name}"
            if name in owner.values:
                self.problems.append((f'Enum value "{coordinate}" can only be defined once.', node))
                continue
            directives = read_directives(node.directives or (), part)
            owner.values[name] = EnumValue(
                name, coordinate, _description(node.description), directives, node, part
            )

    def _read_arguments(self, nodes: Sequence[InputValueDefinitionNode], owner: str) -> dict[str, InputValue]:
        arguments: dict[str, InputValue] = {}
        for node in nodes:
            argument = read_input_value(node, f"{owner}(", ":)", 0)
            if argument.name in arguments:
                self.problems.append((f'Argument "{argument.coordinate}" can only be defined once.', node))
            arguments[argument.name] = argument
        return arguments

    def _add_directive(self, node: DirectiveDefinitionNode) -> None:
        name = node.name.value
        if name in self.schema.directives:
            self.problems.append((f'There can be only one directive named "@{name}".', node))
            return
        self.schema.directives[name] = DirectiveDefinition(
            name,
            f"@{name}",
            _description(node.description),
            node=node,
            arguments=self._read_arguments(node.arguments or (), f"@{name}"),
            locations=tuple(location.value for location in node.locations),
            is_repeatable=node.repeatable,
        )


def read_input_value(node: InputValueDefinitionNode, before: str, after: str, part: int) -> InputValue:
    """An argument or input field; `before` and `after` are what surrounds its name in its coordinate."""
    name = intern(node.name.value)
    return InputValue(
        name,
        f"{before}{name}{after}",
        _description(node.description),
        read_directives(node.directives or (), part),
        node,
        type_reference.from_node(node.type),
        node.default_value,
        part,
    )


def read_directives(nodes: Sequence[ConstDirectiveNode], part: int) -> list[DirectiveUse]:
    """The directives applied to an element."""
    return [DirectiveUse(intern(n.name.value), _read_values(n.arguments or ()), part, n) for n in nodes]


def _read_values(nodes: Sequence[ConstArgumentNode]) -> dict[str, ValueNode]:
    return {node.name.value: node.value for node in nodes}


def _description(node: StringValueNode | None) -> str | None:
    return node.value if node is not None else None
