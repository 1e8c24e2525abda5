"""Keeps a schema to those who know it already."""

import re
from collections.abc import Mapping
from typing import Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from router.errors import ClientError, ClientErrors

_SUGGESTION: Final = re.compile(r" Did you mean .*\?$", re.DOTALL)


def refuse_introspection(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> None:
    """`__typename` stays allowed, it tells of data only. Raises ClientError INTROSPECTION_DISABLED."""
    if _asks_for_schema(operation.selection_set, fragments, set()):
        raise ClientError(
            "INTROSPECTION_DISABLED", "Introspection is disabled: __schema and __type cannot be queried here."
        )


def _asks_for_schema(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], visited: set[str]
) -> bool:
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            if selection.name.value in ("__schema", "__type"):
                return True
        elif isinstance(selection, InlineFragmentNode):
            if _asks_for_schema(selection.selection_set, fragments, visited):
                return True
        elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in visited:
            visited.add(selection.name.value)
            if _asks_for_schema(fragments[selection.name.value].selection_set, fragments, visited):
                return True
    return False


def without_suggestions(error: ClientError) -> ClientError:
    """The same without "Did you mean …?", which spells out names of the schema."""
    if isinstance(error, ClientErrors):
        return ClientErrors([without_suggestions(each) for each in error.errors])
    return ClientError(
        error.code,
        _SUGGESTION.sub("", error.message),
        status=error.status,
        locations=error.locations,
        path=error.path,
        extensions=error.extensions,
    )
