"""The client's answer from the tree of data: field order, aliases, types, and the rules for null."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_abstract_type,
    is_interface_type,
    is_leaf_type,
    is_object_type,
)

from router.errors import JsonValue
from router.executor.context import ExecutableOperation, ExecutionContext
from router.executor.errors import INVALID_VALUE, NULL_IN_NON_NULL, ExplainedNulls, FetchError, JsonObject
from router.executor.introspection import INTROSPECTION_FIELDS, introspect
from router.executor.leaf import leaf_coercion
from router.executor.response import ExecutionResult
from router.executor.selected_path import SelectedPaths
from router.executor.tree import Location, Tree, written_out
from router.operation.collect_fields import FieldCollector

Completer: TypeAlias = Callable[[JsonValue, Location], JsonValue]
"""CompleteValue for one field or list item. https://spec.graphql.org/October2021/#CompleteValue()"""


RuntimeType: TypeAlias = GraphQLObjectType | GraphQLInterfaceType
"""The type of an object in the tree: an interface where no subgraph that was asked knows the object type."""


class _FieldError(Exception):
    """A value that cannot be shown; the nearest nullable parent becomes null."""

    def __init__(self, code: str, message: str, location: Location) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.location = location


@dataclass(frozen=True, slots=True)
class _Field:
    key: str
    complete: Completer


def project(
    tree: Tree, fetch_errors: Sequence[FetchError], operation: ExecutableOperation, context: ExecutionContext
) -> ExecutionResult:
    """Completes the tree by the client's operation; errors of fetches come first, in the order of the plan."""
    selected = SelectedPaths(operation)
    cut = (selected.cut(path) for error in fetch_errors for path in error.explains)
    explained = ExplainedNulls(path for path in cut if path)
    errors = [_with_selected_path(error.error, selected) for error in fetch_errors]
    projection = _Projection(operation, context, explained)
    data = projection.data(tree)
    return ExecutionResult(data, (*errors, *projection.errors))


def _with_selected_path(error: JsonObject, selected: SelectedPaths) -> JsonObject:
    path = selected.cut(tuple(error.get("path", ())))
    placed = {"path": list(path)} if path else {}
    return {"message": error["message"], **placed, "extensions": error["extensions"]}


class _Projection:
    """One pass over the tree. Completers are made once per selection and type, then used for every object."""

    def __init__(
        self, operation: ExecutableOperation, context: ExecutionContext, explained: ExplainedNulls
    ) -> None:
        self.errors: list[JsonObject] = []
        self._operation = operation
        self._context = context
        self._schema = context.api_schema
        self._explained = explained
        self._collector = FieldCollector(context.api_schema, operation.fragments, context.variables)

    def data(self, tree: Tree) -> JsonObject | None:
        """None where null propagated up to the root."""
        definition = self._operation.definition
        root = self._schema.get_root_type(definition.operation)
        if root is None:
            raise ValueError(f"the schema has no {definition.operation.value} type")
        grouped = self._collector.collect(root, [definition.selection_set])
        asked = [
            node for nodes in grouped.values() for node in nodes if node.name.value in INTROSPECTION_FIELDS
        ]
        if asked:
            introspected, errors = introspect(self._schema, asked, self._operation, self._context.variables)
            tree = {**tree, **introspected}
            self.errors.extend(errors)
        try:
            return _object([self._field(root, key, nodes) for key, nodes in grouped.items()], tree, None)
        except _FieldError as error:
            self._report(error)
            return None

    def _field(self, parent: RuntimeType, key: str, nodes: list[FieldNode]) -> _Field:
        name = nodes[0].name.value
        if name == "__typename":
            return _Field(key, self._typename(parent))
        if name in INTROSPECTION_FIELDS:
            return _Field(key, lambda value, _location: value)
        return _Field(key, self._completer(parent.fields[name].type, f"{parent.name}.{name}", nodes))

    def _typename(self, runtime: RuntimeType) -> Completer:
        trace = self._context.trace

        def typename(_value: JsonValue, location: Location) -> JsonValue:
            if not is_object_type(runtime):
                raise _invalid(f"{runtime.name}.__typename", location, "the name of an object type")
            if trace is not None:
                trace.typename(location)
            return runtime.name

        return typename

    def _completer(self, type_: GraphQLOutputType, coordinate: str, nodes: list[FieldNode]) -> Completer:
        if isinstance(type_, GraphQLNonNull):
            return _non_null(self._present(type_.of_type, coordinate, nodes), coordinate)
        return self._nullable(self._present(type_, coordinate, nodes))

    def _present(self, type_: GraphQLOutputType, coordinate: str, nodes: list[FieldNode]) -> Completer:
        """For values that are not null."""
        if isinstance(type_, GraphQLList):
            return _list(self._completer(type_.of_type, coordinate, nodes), coordinate)
        if is_leaf_type(type_):
            return _leaf(type_, coordinate)
        return self._composite(type_, coordinate, nodes)

    def _nullable(self, complete: Completer) -> Completer:
        def nullable(value: JsonValue, location: Location) -> JsonValue:
            if value is None:
                return None
            try:
                return complete(value, location)
            except _FieldError as error:
                self._report(error)
                return None

        return nullable

    def _composite(self, declared: GraphQLOutputType, coordinate: str, nodes: list[FieldNode]) -> Completer:
        selections = [node.selection_set for node in nodes if node.selection_set]
        fields_of: dict[JsonValue, list[_Field]] = {}

        def composite(value: JsonValue, location: Location) -> JsonValue:
            if not isinstance(value, dict):
                raise _invalid(coordinate, location, "an object")
            typename = value.get("__typename")
            fields = fields_of.get(typename) if isinstance(typename, str | None) else None
            if fields is None:
                runtime = self._runtime_type(declared, typename, coordinate, location)
                grouped = self._collector.collect(runtime, selections)
                fields = [self._field(runtime, key, same) for key, same in grouped.items()]
                fields_of[typename] = fields
            return _object(fields, value, location)

        return composite

    def _runtime_type(
        self, declared: GraphQLOutputType, typename: JsonValue, coordinate: str, location: Location
    ) -> RuntimeType:
        if is_object_type(declared) and typename in (None, declared.name):
            return declared
        if is_interface_type(declared) and typename == declared.name in self._context.interface_objects:
            # A subgraph with an interface object knows no more, and the plan asks no more if the client does not.
            return declared
        runtime = self._schema.get_type(typename) if isinstance(typename, str) else None
        if (
            is_abstract_type(declared)
            and is_object_type(runtime)
            and self._schema.is_sub_type(declared, runtime)
        ):
            return runtime
        raise _invalid(coordinate, location, f"an object of a type that '{declared}' can be")

    def _report(self, error: _FieldError) -> None:
        path = written_out(error.location)
        if error.code == NULL_IN_NON_NULL and path in self._explained:
            return
        self.errors.append({"message": error.message, "path": list(path), "extensions": {"code": error.code}})


def _object(fields: Sequence[_Field], value: Tree, location: Location) -> JsonObject:
    return {field.key: field.complete(value.get(field.key), (location, field.key)) for field in fields}


def _non_null(complete: Completer, coordinate: str) -> Completer:
    def non_null(value: JsonValue, location: Location) -> JsonValue:
        if value is None:
            raise _FieldError(
                NULL_IN_NON_NULL, f"Cannot return null for non-nullable field {coordinate}.", location
            )
        return complete(value, location)

    return non_null


def _list(complete: Completer, coordinate: str) -> Completer:
    def items(value: JsonValue, location: Location) -> JsonValue:
        if not isinstance(value, list):
            raise _invalid(coordinate, location, "a list")
        return [complete(item, (location, index)) for index, item in enumerate(value)]

    return items


def _leaf(leaf_type: GraphQLLeafType, coordinate: str) -> Completer:
    coerce = leaf_coercion(leaf_type)

    def leaf(value: JsonValue, location: Location) -> JsonValue:
        try:
            return coerce(value)
        except ValueError:
            raise _invalid(coordinate, location, f"a value of '{leaf_type.name}'") from None

    return leaf


def _invalid(coordinate: str, location: Location, expected: str) -> _FieldError:
    return _FieldError(
        INVALID_VALUE,
        f"A subgraph answered field {coordinate} with something else than {expected}.",
        location,
    )
