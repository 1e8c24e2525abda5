"""Would a new graph break the clients of the old one? Its API schema and recorded operations are held against it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    build_schema,
    parse,
    validate,
    validate_schema,
)

from router.composition.schema_changes import Change, Severity, find_changes
from router.errors import RouterError
from router.federation.features import linked_features
from router.federation.supergraph import Supergraph

OPERATION_SUFFIXES = (".graphql", ".gql")


class CheckError(RouterError):
    """Something to check cannot be read. The message names the file."""

    def __init__(self, message: str) -> None:
        super().__init__("CHECK_INPUT_INVALID", message)


@dataclass(frozen=True, slots=True)
class Operation:
    """A recorded document, named after its file."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class FailedOperation:
    """`was_valid` tells operations that the new schema breaks from those that failed already."""

    name: str
    errors: tuple[GraphQLError, ...]
    was_valid: bool


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What changes, and which of the `checked` operations fail."""

    changes: tuple[Change, ...]
    failed: tuple[FailedOperation, ...]
    checked: int

    def of(self, severity: Severity) -> list[Change]:
        return [change for change in self.changes if change.severity is severity]

    @property
    def broken(self) -> list[FailedOperation]:
        """The operations that worked before."""
        return [each for each in self.failed if each.was_valid]

    @property
    def is_breaking(self) -> bool:
        return bool(self.broken or self.of(Severity.BREAKING))


def check(old: GraphQLSchema, new: GraphQLSchema, operations: Iterable[Operation] = ()) -> CheckResult:
    """Compares two API schemas."""
    recorded = list(operations)
    failed = [
        FailedOperation(each.name, tuple(errors), was_valid=not _errors(old, each))
        for each in recorded
        if (errors := _errors(new, each))
    ]
    return CheckResult(tuple(find_changes(old, new)), tuple(failed), len(recorded))


def read_api_schema(path: Path) -> GraphQLSchema:
    """The API schema of a supergraph, or the schema itself where the file is none. Raises CheckError."""
    text = _read(path)
    try:
        if "join" in linked_features(parse(text, no_location=True)):
            return Supergraph.parse(text).api_schema
        schema = build_schema(text)
    except (GraphQLError, RouterError, TypeError) as error:
        raise CheckError(f"{path} is no supergraph and no schema: {error}") from error
    problems = validate_schema(schema)
    if problems:
        raise CheckError(f"{path} is no valid schema: {problems[0].message}")
    return schema


def read_operations(folder: Path) -> list[Operation]:
    """All documents in a folder and its folders, by file name. Raises CheckError if there are none."""
    files = sorted(file for file in folder.rglob("*") if file.suffix in OPERATION_SUFFIXES)
    if not files:
        raise CheckError(f"{folder} has no operations: no file ends with {' or '.join(OPERATION_SUFFIXES)}.")
    return [Operation(file.relative_to(folder).as_posix(), _read(file)) for file in files]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CheckError(f"{path} cannot be read: {reason}.") from error


def _errors(schema: GraphQLSchema, operation: Operation) -> list[GraphQLError]:
    try:
        document: DocumentNode = parse(operation.text)
    except GraphQLSyntaxError as error:
        return [error]
    return validate(schema, document)
