"""@listSize: on lists, with sizes and arguments that can be true."""

from collections.abc import Iterator

from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import DirectiveUse, Field
from router.federation.type_reference import is_list, named_type, nullable
from router.federation.value import to_python


def list_size_usage(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Checks each application."""
    for field in subgraph.object_fields():
        use = subgraph.use(field, "listSize")
        if use is not None:
            for code, message in _problems(subgraph, field, use):
                yield subgraph.problem(code, message, use.node)


def _problems(subgraph: SubgraphSchema, field: Field, use: DirectiveUse) -> Iterator[tuple[str, str]]:
    arguments = {name: to_python(value) for name, value in use.arguments.items()}
    sized_fields = arguments.get("sizedFields") or []
    if not sized_fields and not is_list(field.type):
        yield "LIST_SIZE_APPLIED_TO_NON_LIST", f'"{field.coordinate}" is not a list'
    assumed = arguments.get("assumedSize")
    if isinstance(assumed, int) and assumed < 0:
        yield "LIST_SIZE_INVALID_ASSUMED_SIZE", f'Assumed size of "{field.coordinate}" cannot be negative'
    for name in arguments.get("slicingArguments") or []:
        yield from _slicing_argument(field, name)
    yield from _sized_fields(subgraph, field, sized_fields)


def _slicing_argument(field: Field, name: str) -> Iterator[tuple[str, str]]:
    code = "LIST_SIZE_INVALID_SLICING_ARGUMENT"
    argument = field.arguments.get(name)
    if argument is None:
        yield code, f'Slicing argument "{name}" is not an argument of "{field.coordinate}"'
    elif nullable(argument.type) != "Int":
        yield code, f'Slicing argument "{argument.coordinate}" must be Int or Int!'


def _sized_fields(subgraph: SubgraphSchema, field: Field, names: list[str]) -> Iterator[tuple[str, str]]:
    code = "LIST_SIZE_INVALID_SIZED_FIELD"
    if not names:
        return
    target = subgraph.schema.types.get(named_type(field.type))
    if target is None or not target.is_composite or is_list(field.type):
        yield code, f'Sized fields cannot be used because "{field.type}" is not a composite type'
        return
    for name in names:
        sized = target.fields.get(name)
        if sized is None:
            yield code, f'Sized field "{name}" is not a field on type "{target.name}"'
        elif not is_list(sized.type):
            yield "LIST_SIZE_APPLIED_TO_NON_LIST", f'Sized field "{sized.coordinate}" is not a list'
