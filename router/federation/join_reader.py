"""Reads the join__ directives of a supergraph into one view per subgraph and type (join v0.1 to v0.5)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueNode,
    FieldDefinitionNode,
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    InterfaceTypeDefinitionNode,
    ListValueNode,
    NullValueNode,
    ObjectTypeDefinitionNode,
    ObjectValueNode,
    SelectionSetNode,
    StringValueNode,
    UnionTypeDefinitionNode,
    is_abstract_type,
    is_composite_type,
    parse_type,
)

from router.federation.features import Feature
from router.federation.field_set import parse_field_set
from router.federation.subgraph_view import ContextArgument, FieldView, Key, SubgraphInfo, TypeView

CompositeDefinition = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode


@dataclass(slots=True)
class _Reader:
    """`names` maps the values of `join__Graph` to subgraph names."""

    feature: Feature
    schema: GraphQLSchema
    subgraphs: dict[str, SubgraphInfo] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def read_subgraphs(
    document: DocumentNode, feature: Feature, schema: GraphQLSchema
) -> dict[str, SubgraphInfo]:
    """`document` is the supergraph with its joins; the answer is in the order of the enum `join__Graph`."""
    reader = _Reader(feature, schema)
    _read_graphs(document, reader)
    definitions = [node for node in document.definitions if isinstance(node, CompositeDefinition)]
    own = [node for node in definitions if not feature.owns_type(node.name.value)]
    by_name = {node.name.value: node for node in own}
    for node in own:
        _read_type(node, reader)
    for node in own:
        _read_possible_types(node, by_name, reader)
    _link_progressive_overrides(reader)
    _add_unlisted_externals(reader)
    _drop_unknown(reader)
    return reader.subgraphs


def _read_graphs(document: DocumentNode, reader: _Reader) -> None:
    enum_name = next((there for name, there in reader.feature.imports.items() if name == "Graph"), None)
    enum_name = enum_name or f"{reader.feature.prefix}__Graph"
    for node in document.definitions:
        if isinstance(node, EnumTypeDefinitionNode) and node.name.value == enum_name:
            for value in node.values or ():
                for graph in _applied(value.directives, reader, "graph"):
                    name = str(graph["name"])
                    reader.names[value.name.value] = name
                    reader.subgraphs[name] = SubgraphInfo(name, str(graph.get("url") or ""))


def _read_type(node: CompositeDefinition, reader: _Reader) -> None:
    joins = list(_applied(node.directives, reader, "type"))
    owner = next((str(join["graph"]) for join in _applied(node.directives, reader, "owner")), None)
    if not joins and owner is None:
        # join v0.1 writes no @join__type on a type that is no entity: every subgraph may have it.
        joins = [{"graph": graph} for graph in reader.names]
    is_abstract = not isinstance(node, ObjectTypeDefinitionNode)
    for join in joins:
        types = reader.subgraphs[reader.names[str(join["graph"])]].types
        view = types.setdefault(
            node.name.value, TypeView(node.name.value, reader.names[str(join["graph"])], is_abstract)
        )
        if join.get("isInterfaceObject"):
            view.is_interface_object, view.is_abstract = True, False
        text = join.get("key")
        if isinstance(text, str):
            view.keys.append(Key(parse_field_set(text), text, join.get("resolvable") is not False))
    if isinstance(node, UnionTypeDefinitionNode):
        return
    graphs = list(dict.fromkeys(reader.names[str(join["graph"])] for join in joins))
    for field_node in node.fields or ():
        _read_field(node, field_node, graphs, owner, reader)


def _read_field(
    parent: CompositeDefinition,
    node: FieldDefinitionNode,
    graphs: list[str],
    owner: str | None,
    reader: _Reader,
) -> None:
    joins = list(_applied(node.directives, reader, "field"))
    name = node.name.value
    if not joins:
        for graph in graphs:
            view = reader.subgraphs[graph].types[parent.name.value]
            if owner is None or reader.names[owner] == graph or _in_key(name, view):
                view.fields[name] = FieldView(name, node.type)
        return
    for join in joins:
        if join.get("graph") is None:
            continue
        graph = reader.names[str(join["graph"])]
        found = reader.subgraphs[graph].types.get(parent.name.value)
        if found is not None:
            found.fields[name] = _field_view(node, join)
    if owner is not None:
        for graph in graphs:
            view = reader.subgraphs[graph].types[parent.name.value]
            if name not in view.fields and _in_key(name, view):
                view.fields[name] = FieldView(name, node.type)


def _in_key(name: str, view: TypeView) -> bool:
    return any(
        getattr(selection, "name", None) is not None and selection.name.value == name  # type: ignore[attr-defined]
        for key in view.keys
        for selection in key.fields.selections
    )


def _field_view(node: FieldDefinitionNode, join: dict[str, object]) -> FieldView:
    type_text, requires, provides = join.get("type"), join.get("requires"), join.get("provides")
    label, moved_from = join.get("overrideLabel"), join.get("override")
    return FieldView(
        node.name.value,
        parse_type(type_text, no_location=True) if isinstance(type_text, str) else node.type,
        external=bool(join.get("external")) or (bool(join.get("usedOverridden")) and label is None),
        requires=parse_field_set(requires) if isinstance(requires, str) and requires.strip() else None,
        provides=parse_field_set(provides) if isinstance(provides, str) and provides.strip() else None,
        context_arguments=tuple(_context_arguments(join.get("contextArguments"))),
        override_from=moved_from if isinstance(moved_from, str) else None,
        override_label=label if isinstance(label, str) and moved_from else None,
        overridden_by_label=label if isinstance(label, str) and not moved_from else None,
    )


def _context_arguments(value: object) -> Iterator[ContextArgument]:
    for item in value.values if isinstance(value, ListValueNode) else ():
        if isinstance(item, ObjectValueNode):
            parts = {part.name.value: _plain(part.value) for part in item.fields}
            text = str(parts["selection"])
            yield ContextArgument(
                str(parts["name"]),
                parse_type(str(parts["type"]), no_location=True),
                str(parts["context"]),
                parse_field_set(text),
                text,
            )


def _read_possible_types(
    node: CompositeDefinition, by_name: dict[str, CompositeDefinition], reader: _Reader
) -> None:
    name = node.name.value
    if isinstance(node, ObjectTypeDefinitionNode):
        for subgraph in reader.subgraphs.values():
            if name in subgraph.types:
                subgraph.types[name].possible = frozenset((name,))
        return
    type_ = reader.schema.type_map[name]
    all_possible = (
        [each.name for each in reader.schema.get_possible_types(type_)] if is_abstract_type(type_) else []
    )
    for graph, subgraph in reader.subgraphs.items():
        view = subgraph.types.get(name)
        if view is None:
            continue
        if view.is_interface_object:
            view.possible = frozenset((name,))
        else:
            view.possible = frozenset(
                each
                for each in all_possible
                if each in subgraph.types and _is_member(node, by_name[each], graph, reader)
            )


def _is_member(
    abstract: CompositeDefinition, member: CompositeDefinition, graph: str, reader: _Reader
) -> bool:
    """Whether the subgraph itself says that `member` belongs to `abstract`; before join v0.3 it did not say."""
    if isinstance(abstract, UnionTypeDefinitionNode):
        joins = list(_applied(abstract.directives, reader, "unionMember"))
        return not joins or any(
            reader.names[str(join["graph"])] == graph and join["member"] == member.name.value
            for join in joins
        )
    joins = list(_applied(member.directives, reader, "implements"))
    return not joins or any(
        reader.names[str(join["graph"])] == graph and join["interface"] == abstract.name.value
        for join in joins
    )


def _link_progressive_overrides(reader: _Reader) -> None:
    """Where a field moves by label, the subgraph it moves from keeps it while the label is off."""
    for subgraph in reader.subgraphs.values():
        for view in subgraph.types.values():
            for name, moved in view.fields.items():
                if moved.override_label is None or moved.override_from not in reader.subgraphs:
                    continue
                source = reader.subgraphs[moved.override_from].types.get(view.name)
                if source is not None and name in source.fields:
                    source.fields[name].overridden_by_label = moved.override_label


def _add_unlisted_externals(reader: _Reader) -> None:
    """join v0.1 leaves out what a subgraph only knows as external; its @requires and @provides tell."""
    for subgraph in reader.subgraphs.values():
        for view in list(subgraph.types.values()):
            for each in list(view.fields.values()):
                if each.requires is not None:
                    _add_externals(each.requires, view.name, subgraph, reader)
                if each.provides is not None:
                    _add_externals(each.provides, each.named_type, subgraph, reader)


def _add_externals(
    selections: SelectionSetNode, type_name: str, subgraph: SubgraphInfo, reader: _Reader
) -> None:
    for selection in selections.selections:
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            inner = condition.name.value if condition else type_name
            _add_externals(selection.selection_set, inner, subgraph, reader)
        elif isinstance(selection, FieldNode):
            definition = getattr(reader.schema.type_map.get(type_name), "fields", {}).get(
                selection.name.value
            )
            view = subgraph.types.get(type_name)
            if definition is None or view is None:
                continue
            node = definition.ast_node
            found = view.fields.setdefault(
                selection.name.value, FieldView(selection.name.value, node.type, external=True)
            )
            if selection.selection_set is not None:
                _add_externals(selection.selection_set, found.named_type, subgraph, reader)


def _drop_unknown(reader: _Reader) -> None:
    """join v0.1 gives value types to every subgraph; fields that lead to a type which is not there are not either."""
    for subgraph in reader.subgraphs.values():
        for view in subgraph.types.values():
            for name, each in list(view.fields.items()):
                target = each.named_type
                if target not in subgraph.types and is_composite_type(reader.schema.type_map.get(target)):
                    del view.fields[name]


def _applied(
    directives: tuple[DirectiveNode, ...] | None, reader: _Reader, name: str
) -> Iterator[dict[str, object]]:
    wanted = reader.feature.directive(name)
    for directive in directives or ():
        if directive.name.value == wanted:
            yield {argument.name.value: _plain(argument.value) for argument in directive.arguments or ()}


def _plain(value: object) -> object:
    if isinstance(value, StringValueNode | EnumValueNode | BooleanValueNode):
        return value.value
    if isinstance(value, NullValueNode):
        return None
    return value
