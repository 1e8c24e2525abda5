"""`__schema` and `__type`: answered by the router itself, from what clients may see."""

from collections.abc import Mapping, Sequence
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    execute_sync,
)

from router.errors import JsonValue
from router.executor.context import ExecutableOperation
from router.executor.errors import JsonObject

INTROSPECTION_FIELDS: Final = frozenset({"__schema", "__type"})
INTROSPECTION_ERROR: Final = "INTROSPECTION_FAILED"


def introspect(
    api_schema: GraphQLSchema,
    fields: Sequence[FieldNode],
    operation: ExecutableOperation,
    variables: Mapping[str, JsonValue],
) -> tuple[JsonObject, list[JsonObject]]:
    """The values of these root fields by response key, complete as the client asked for them, and the errors."""
    definition = OperationDefinitionNode(
        operation=OperationType.QUERY,
        variable_definitions=operation.definition.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(fields)),
    )
    document = DocumentNode(definitions=(definition, *operation.fragments.values()))
    result = execute_sync(api_schema, document, variable_values=dict(variables))
    return result.data or {}, [_error(error) for error in result.errors or ()]


def _error(error: GraphQLError) -> JsonObject:
    shown: JsonObject = {"message": error.message, "extensions": {"code": INTROSPECTION_ERROR}}
    return {**shown, "path": error.path} if error.path else shown
