"""A client's operation: parsed, validated, its variables coerced, its selections normalised."""

from router.operation.load import (
    Operation,
    choose_operation,
    coerce_variables,
    load_operation,
    parse_document,
    validate_document,
)

__all__ = [
    "Operation",
    "choose_operation",
    "coerce_variables",
    "load_operation",
    "parse_document",
    "validate_document",
]
