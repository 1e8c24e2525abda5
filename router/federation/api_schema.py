"""From a supergraph's document to plain schema documents: without joins and links, and without `@inaccessible`."""

from typing import Any, TypeVar

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    Node,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
)

from router.federation.features import Feature

_KEPT_DIRECTIVES = frozenset({"deprecated", "specifiedBy", "oneOf"})
NodeT = TypeVar("NodeT", bound=Node)


def plain_document(document: DocumentNode, features: dict[str, Feature]) -> DocumentNode:
    """Drops what the linked features define. Applied directives stay, for whoever reads policies from them."""
    kept = [node for node in document.definitions if not _belongs_to_feature(node, features)]
    return DocumentNode(definitions=tuple(_without_links(node) for node in kept))


def api_document(plain: DocumentNode, features: dict[str, Feature]) -> DocumentNode:
    """Drops every inaccessible element, and every applied directive that introspection does not show."""
    feature = features.get("inaccessible")
    marker = feature.directive("inaccessible") if feature else "inaccessible"
    hidden = {
        node.name.value
        for node in plain.definitions
        if isinstance(node, TypeDefinitionNode) and _is_marked(node, marker)
    }
    definitions = [
        _visible(node, marker, hidden)
        for node in plain.definitions
        if not (isinstance(node, TypeDefinitionNode) and node.name.value in hidden)
    ]
    return DocumentNode(definitions=tuple(definitions))


def _belongs_to_feature(node: DefinitionNode, features: dict[str, Feature]) -> bool:
    if isinstance(node, DirectiveDefinitionNode):
        return any(feature.owns_directive(node.name.value) for feature in features.values())
    if isinstance(node, TypeDefinitionNode):
        return any(feature.owns_type(node.name.value) for feature in features.values())
    return False


def _without_links(node: DefinitionNode) -> DefinitionNode:
    if isinstance(node, SchemaDefinitionNode):
        return _with(node, directives=())
    return node


def _visible(node: DefinitionNode, marker: str, hidden: set[str]) -> DefinitionNode:
    if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
        fields = tuple(_visible_field(each, marker) for each in _unmarked(node.fields, marker))
        interfaces = tuple(each for each in node.interfaces or () if each.name.value not in hidden)
        return _with(node, fields=fields, interfaces=interfaces, directives=_shown(node))
    if isinstance(node, UnionTypeDefinitionNode):
        members = tuple(each for each in node.types or () if each.name.value not in hidden)
        return _with(node, types=members, directives=_shown(node))
    if isinstance(node, EnumTypeDefinitionNode):
        values = tuple(_with(each, directives=_shown(each)) for each in _unmarked(node.values, marker))
        return _with(node, values=values, directives=_shown(node))
    if isinstance(node, InputObjectTypeDefinitionNode):
        inputs = tuple(_with(each, directives=_shown(each)) for each in _unmarked(node.fields, marker))
        return _with(node, fields=inputs, directives=_shown(node))
    if isinstance(node, ScalarTypeDefinitionNode):
        return _with(node, directives=_shown(node))
    if isinstance(node, SchemaDefinitionNode):
        roots = tuple(each for each in node.operation_types if each.type.name.value not in hidden)
        return _with(node, operation_types=roots)
    return node


def _visible_field(node: FieldDefinitionNode, marker: str) -> FieldDefinitionNode:
    arguments = tuple(_with(each, directives=_shown(each)) for each in _unmarked(node.arguments, marker))
    return _with(node, arguments=arguments, directives=_shown(node))


def _unmarked(nodes: tuple[NodeT, ...] | None, marker: str) -> tuple[NodeT, ...]:
    return tuple(node for node in nodes or () if not _is_marked(node, marker))


def _is_marked(node: Node, marker: str) -> bool:
    return any(directive.name.value == marker for directive in getattr(node, "directives", None) or ())


def _shown(node: Node) -> tuple[DirectiveNode, ...]:
    directives: tuple[DirectiveNode, ...] = getattr(node, "directives", None) or ()
    return tuple(each for each in directives if each.name.value in _KEPT_DIRECTIVES)


def _with(node: NodeT, **changes: object) -> NodeT:
    """A shallow copy with some children exchanged; the node itself where they are what it has."""
    if all((getattr(node, key) or ()) == value for key, value in changes.items()):
        return node
    values: dict[str, Any] = {key: getattr(node, key) for key in node.keys if key != "loc"}
    values.update(changes)
    return type(node)(**values)
