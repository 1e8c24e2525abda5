"""@listSize still names arguments of the merged field: an argument that some subgraph lacks is gone by now."""

from collections.abc import Iterator

from router.composition.merge.context import MergeContext
from router.composition.problem import CompositionProblem
from router.federation.schema import Kind
from router.federation.value import to_python


def merged_list_sizes(context: MergeContext) -> Iterator[CompositionProblem]:
    """Slicing arguments are there in every subgraph that has the field."""
    if "listSize" not in context.composed_names:
        return
    for definition in context.schema.of_kind(Kind.OBJECT, Kind.INTERFACE):
        for field in definition.fields.values():
            use = context.composed_use(field, "listSize")
            for name in (to_python(use.arguments.get("slicingArguments")) or ()) if use else ():
                if name not in field.arguments:
                    message = (
                        f'Slicing argument "{name}" is not an argument of "{field.coordinate}" in all subgraphs that '
                        "have the field"
                    )
                    yield CompositionProblem("LIST_SIZE_INVALID_SLICING_ARGUMENT", message)
