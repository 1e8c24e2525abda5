"""A query to begin with, for a graph that brings no examples: written from its schema."""

from collections.abc import Iterator

from graphql import (
    GraphQLField,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_interface_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
    parse,
    print_ast,
)

_MAX_LEAVES = 5


def first_query(schema: GraphQLSchema) -> str:
    """The first field of Query that needs no argument and has fields of its own, with its first leaves."""
    fields = schema.query_type.fields if schema.query_type else {}
    for name, field in sorted(fields.items(), key=lambda item: _is_leaf(item[1])):
        selections = _selections(field) if _is_free(field) else None
        if selections is not None:
            return print_ast(parse(f"query FirstQuery {{ {name} {selections} }}"))
    return "query FirstQuery {\n  __typename\n}"


def _selections(field: GraphQLField, depth: int = 2) -> str | None:
    """None where nothing can be selected without arguments."""
    if _is_leaf(field):
        return ""
    leaves = [name for name, child in _fields(field) if _is_leaf(child) and _is_free(child)]
    if leaves:
        return f"{{ {' '.join(leaves[:_MAX_LEAVES])} }}"
    if depth:
        # Connections and other wrappers have their leaves one or two levels down.
        for name, child in _fields(field):
            selections = _selections(child, depth - 1) if _is_free(child) else None
            if selections is not None:
                return f"{{ {name} {selections} }}"
    return "{ __typename }" if is_composite_type(get_named_type(field.type)) else None


def _fields(field: GraphQLField) -> Iterator[tuple[str, GraphQLField]]:
    named = get_named_type(field.type)
    if is_object_type(named) or is_interface_type(named):
        yield from named.fields.items()


def _is_leaf(field: GraphQLField) -> bool:
    return is_leaf_type(get_named_type(field.type))


def _is_free(field: GraphQLField) -> bool:
    return not any(is_required_argument(argument) for argument in field.args.values())
