"""@provides: what a subgraph resolves of another's fields on one path."""

from collections.abc import Iterator

from router.composition.field_set_rules import FieldSetRules, FieldSetUse, check_field_set
from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import DirectiveUse, Field, Kind

RULES = FieldSetRules("provides", "PROVIDES", must_be_external=True, may_have_arguments=False)


def provides_fields(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """@provides selects external fields of the type that the field returns."""
    for field in subgraph.object_fields():
        for use in subgraph.uses(field, "provides"):
            yield from _check(subgraph, field, use)


def _check(subgraph: SubgraphSchema, field: Field, use: DirectiveUse) -> Iterator[CompositionProblem]:
    target = subgraph.provided_type(field)
    if target is None:
        return
    if subgraph.schema.types[field.parent].kind is Kind.INTERFACE:
        message = (
            f'Cannot use @provides on field "{field.coordinate}" of parent type "{field.parent}": @provides is not yet '
            "supported within interfaces"
        )
        yield subgraph.problem("PROVIDES_UNSUPPORTED_ON_INTERFACE", message, use.node)
    yield from check_field_set(FieldSetUse(subgraph, RULES, field, target, use))
