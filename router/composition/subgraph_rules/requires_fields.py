"""@requires: what a field has to be given from other subgraphs."""

from collections.abc import Iterator

from router.composition.field_set_rules import FieldSetRules, FieldSetUse, check_field_set
from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import Kind

RULES = FieldSetRules("requires", "REQUIRES", must_be_external=True, may_have_arguments=True)


def requires_fields(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Requirements select external fields beside the field that needs them."""
    for field in subgraph.object_fields():
        for use in subgraph.uses(field, "requires"):
            parent = subgraph.schema.types[field.parent]
            if parent.kind is Kind.INTERFACE:
                message = (
                    f'Cannot use @requires on field "{field.coordinate}" of parent type "{field.parent}": @requires is '
                    "not yet supported within interfaces"
                )
                yield subgraph.problem("REQUIRES_UNSUPPORTED_ON_INTERFACE", message, use.node)
            yield from check_field_set(FieldSetUse(subgraph, RULES, field, parent, use))
