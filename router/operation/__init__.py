"""A client's operation: parsed, validated, its variables coerced, its selections normalised."""

from router.operation.load import Operation, coerce_variables, load_operation, parse_document

__all__ = ["Operation", "coerce_variables", "load_operation", "parse_document"]
