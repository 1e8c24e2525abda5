"""@key: what an entity is known by."""

from collections.abc import Iterator

from router.composition.field_set_rules import FieldSetRules, FieldSetUse, check_field_set
from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema
from router.federation.schema import Kind
from router.federation.version import Version

RULES = FieldSetRules("key", "KEY", must_be_external=False, may_have_arguments=False, is_key=True)
UNREADABLE = ("KEY_INVALID_FIELDS", "KEY_INVALID_FIELDS_TYPE")
INTERFACE_KEYS = Version(2, 3)


def interface_key_fields(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """The keys of interfaces alone: what else is said of interfaces relies on them."""
    for definition in subgraph.schema.of_kind(Kind.INTERFACE):
        for use in subgraph.uses(definition, "key"):
            problems = check_field_set(FieldSetUse(subgraph, RULES, definition, definition, use))
            yield from (problem for problem in problems if problem.code in UNREADABLE)


def key_fields(subgraph: SubgraphSchema) -> Iterator[CompositionProblem]:
    """Keys select fields of their type; on interfaces they need Federation 2.3."""
    for definition in subgraph.schema.of_kind(Kind.OBJECT, Kind.INTERFACE):
        for use in subgraph.uses(definition, "key"):
            if definition.kind is Kind.INTERFACE and subgraph.version < INTERFACE_KEYS:
                message = f'Cannot use @key on interface "{definition.name}": @key is not yet supported on interfaces'
                yield subgraph.problem("KEY_UNSUPPORTED_ON_INTERFACE", message, use.node)
            yield from check_field_set(FieldSetUse(subgraph, RULES, definition, definition, use))
