"""From request text to a validated operation, and from raw to coerced variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    OverlappingFieldsCanBeMergedRule,
    ValidationRule,
    VariableDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import get_variable_values

from router.errors import ClientError, ClientErrors, JsonValue
from router.federation.supergraph import Supergraph
from router.operation.overlapping_fields import OverlappingFieldsRule

_MAX_ERRORS = 100


class TypenameKeyRule(ValidationRule):
    """The response key `__typename` is for the type name, which the router reads from the answers of subgraphs."""

    def enter_field(self, node: FieldNode, *_args: object) -> None:
        """Refuses `__typename: anything`."""
        if node.alias is not None and node.alias.value == "__typename" != node.name.value:
            self.report_error(
                GraphQLError("The alias '__typename' is reserved for the name of the type.", node)
            )


_RULES = (
    *(each for each in specified_rules if each is not OverlappingFieldsCanBeMergedRule),
    OverlappingFieldsRule,
    TypenameKeyRule,
)


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operation of a valid document."""

    document: DocumentNode
    definition: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.definition.operation

    @property
    def name(self) -> str | None:
        """The operation's name."""
        return self.definition.name.value if self.definition.name else None

    @property
    def variables(self) -> tuple[VariableDefinitionNode, ...]:
        """The variables that the operation declares."""
        return tuple(self.definition.variable_definitions or ())


def parse_document(text: str, *, max_tokens: int | None = None) -> DocumentNode:
    """Raises ClientError GRAPHQL_PARSE_FAILED."""
    try:
        return parse(text, max_tokens=max_tokens, allow_empty_selection_sets=False)
    except GraphQLError as error:
        raise _client_error("GRAPHQL_PARSE_FAILED", error) from None
    except RecursionError:
        raise ClientError("GRAPHQL_PARSE_FAILED", "The document is nested too deeply.") from None


def load_operation(
    supergraph: Supergraph, text: str, operation_name: str | None = None, *, max_tokens: int | None = None
) -> Operation:
    """Parses and validates against the API schema, and picks the operation.

    Raises ClientErrors with GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED or OPERATION_RESOLUTION_FAILURE.
    """
    document = parse_document(text, max_tokens=max_tokens)
    validate_document(supergraph, document)
    return choose_operation(document, operation_name)


def validate_document(supergraph: Supergraph, document: DocumentNode) -> None:
    """Against the API schema. Raises ClientErrors GRAPHQL_VALIDATION_FAILED."""
    errors = validate(
        supergraph.api_schema, document, _RULES, max_errors=_MAX_ERRORS, allow_empty_selection_sets=False
    )
    if errors:
        raise ClientErrors([_client_error("GRAPHQL_VALIDATION_FAILED", error) for error in errors])


def choose_operation(document: DocumentNode, operation_name: str | None = None) -> Operation:
    """The operation of that name, or the only one; the document is taken to be valid.

    Raises ClientErrors OPERATION_RESOLUTION_FAILURE.
    """
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    return Operation(document, _pick(document, operation_name), fragments)


def coerce_variables(
    supergraph: Supergraph, operation: Operation, values: Mapping[str, JsonValue] | None
) -> dict[str, JsonValue]:
    """The values with defaults filled in and types checked. Raises ClientErrors BAD_USER_INPUT."""
    found: Any = get_variable_values(
        supergraph.api_schema, operation.variables, dict(values or {}), max_errors=_MAX_ERRORS
    )
    if isinstance(found, list):
        raise ClientErrors([_client_error("BAD_USER_INPUT", error) for error in found])
    return dict(found.coerced)


def _pick(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is not None:
        operations = [node for node in operations if node.name and node.name.value == name]
        problem = f'The document has no operation called "{name}".'
    elif len(operations) > 1:
        problem = "The document has several operations: say which one by operationName."
    else:
        problem = "The document has no operation."
    if len(operations) != 1:
        raise ClientErrors([ClientError("OPERATION_RESOLUTION_FAILURE", problem)])
    return operations[0]


def _client_error(code: str, error: GraphQLError) -> ClientError:
    return ClientError(code, error.message, locations=error.locations or ())
