"""Variables of one operation: values that are right as they are pass at once, all others are coerced."""

from collections.abc import Callable, Mapping
from typing import Final

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    NamedTypeNode,
    NonNullTypeNode,
    TypeNode,
    VariableDefinitionNode,
)

from router.errors import ClientError, JsonValue
from router.federation.supergraph import Supergraph
from router.operation.load import Operation, coerce_variables

_Check = Callable[[JsonValue], bool]

_CHECKS: Final[Mapping[str, _Check]] = {
    "String": lambda value: type(value) is str,
    "ID": lambda value: type(value) is str,
    "Boolean": lambda value: type(value) is bool,
    "Int": lambda value: type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT,
}
"""By scalar: whether coercion would give the value back."""


class VariableCoercer:
    """https://spec.graphql.org/October2021/#CoerceVariableValues()"""

    __slots__ = ("_checks", "_operation", "_supergraph")

    def __init__(self, supergraph: Supergraph, operation: Operation) -> None:
        self._supergraph = supergraph
        self._operation = operation
        checks = [_check(definition) for definition in operation.variables]
        self._checks = None if None in checks else [each for each in checks if each is not None]

    def coerce(self, values: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        """With defaults filled in, and without values that no variable has. Raises ClientErrors BAD_USER_INPUT."""
        if self._checks is not None:
            found: dict[str, JsonValue] = {}
            for name, is_right, required in self._checks:
                if name in values:
                    value = values[name]
                    if not (is_right(value) or (value is None and not required)):
                        break
                    found[name] = value
                elif required:
                    break
            else:
                return found
        try:
            return coerce_variables(self._supergraph, self._operation, values)
        except RecursionError:
            raise ClientError("BAD_USER_INPUT", "The variables are nested too deeply.") from None


def _check(definition: VariableDefinitionNode) -> tuple[str, _Check, bool] | None:
    """None where the value may have to be changed, or where one is filled in."""
    type_: TypeNode = definition.type
    required = isinstance(type_, NonNullTypeNode)
    if isinstance(type_, NonNullTypeNode):
        type_ = type_.type
    if definition.default_value is not None or not isinstance(type_, NamedTypeNode):
        return None
    found = _CHECKS.get(type_.name.value)
    return None if found is None else (definition.variable.name.value, found, required)
