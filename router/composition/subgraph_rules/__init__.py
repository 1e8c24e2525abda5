"""What holds within one subgraph, in stages: a stage is asked only when those before it found nothing."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from router.composition.problem import CompositionProblem
from router.composition.subgraph_rules.applied_directives import applied_directives
from router.composition.subgraph_rules.authorization_usage import authorization_usage
from router.composition.subgraph_rules.context_usage import context_usage
from router.composition.subgraph_rules.cost_usage import cost_usage
from router.composition.subgraph_rules.default_values import default_values
from router.composition.subgraph_rules.external_fields import external_fields
from router.composition.subgraph_rules.input_objects import input_objects
from router.composition.subgraph_rules.interface_implementations import interface_implementations
from router.composition.subgraph_rules.interface_keys import interface_keys
from router.composition.subgraph_rules.interface_objects import interface_objects
from router.composition.subgraph_rules.key_fields import interface_key_fields, key_fields
from router.composition.subgraph_rules.known_directives import known_directives
from router.composition.subgraph_rules.known_types import known_types
from router.composition.subgraph_rules.list_size_usage import list_size_usage
from router.composition.subgraph_rules.provided_types import provided_types
from router.composition.subgraph_rules.provides_fields import provides_fields
from router.composition.subgraph_rules.requires_fields import requires_fields
from router.composition.subgraph_rules.reserved_names import reserved_names
from router.composition.subgraph_rules.root_types import root_types
from router.composition.subgraph_rules.shareable_usage import shareable_usage
from router.composition.subgraph_schema import SubgraphSchema

SubgraphRule: TypeAlias = Callable[[SubgraphSchema], Iterable[CompositionProblem]]

DEFINITION_RULES: tuple[SubgraphRule, ...] = (known_types, known_directives, applied_directives)
GRAPHQL_RULES: tuple[SubgraphRule, ...] = (
    reserved_names,
    default_values,
    input_objects,
    interface_implementations,
)
FEDERATION_RULES: tuple[SubgraphRule, ...] = (
    root_types,
    key_fields,
    requires_fields,
    provides_fields,
    external_fields,
    interface_keys,
    interface_objects,
    shareable_usage,
    authorization_usage,
    cost_usage,
    list_size_usage,
    context_usage,
)
FEDERATION_1_STAGES = (
    DEFINITION_RULES,
    (reserved_names, default_values, input_objects),
    (root_types,),
)
"""What is asked before a subgraph of Federation 1 is upgraded; the rest is asked afterwards."""
STAGES = (DEFINITION_RULES, GRAPHQL_RULES, (provided_types,), (interface_key_fields,), FEDERATION_RULES)


def check_definitions(subgraph: SubgraphSchema) -> list[CompositionProblem]:
    """What can still be said of a subgraph whose definitions of Federation are wrong."""
    return list(known_directives(subgraph))


def check_subgraph(subgraph: SubgraphSchema) -> list[CompositionProblem]:
    """What is wrong with one subgraph by itself."""
    for stage in STAGES if subgraph.is_federation_2 else FEDERATION_1_STAGES:
        problems = [problem for rule in stage for problem in rule(subgraph)]
        if problems:
            return problems
    return []
