"""What holds across subgraphs once they are merged, in stages: later ones read what earlier ones have made sure of."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from router.composition.merge.context import MergeContext
from router.composition.problem import CompositionProblem
from router.composition.supergraph_rules.authorization_requirements import (
    authorization_requirements,
    context_authorization,
)
from router.composition.supergraph_rules.inaccessible_elements import inaccessible_elements
from router.composition.supergraph_rules.input_objects import merged_input_objects
from router.composition.supergraph_rules.interface_fields import interface_fields
from router.composition.supergraph_rules.interface_promises import interface_promises
from router.composition.supergraph_rules.merged_list_sizes import merged_list_sizes
from router.composition.supergraph_rules.required_arguments import required_arguments

SupergraphRule: TypeAlias = Callable[[MergeContext], Iterable[CompositionProblem]]

COMPLETENESS_RULES: tuple[SupergraphRule, ...] = (
    interface_fields,
    required_arguments,
    authorization_requirements,
    context_authorization,
    merged_list_sizes,
)
VALIDITY_RULES: tuple[SupergraphRule, ...] = (interface_promises, merged_input_objects)
CLIENT_RULES: tuple[SupergraphRule, ...] = (inaccessible_elements,)
STAGES = (COMPLETENESS_RULES, VALIDITY_RULES, CLIENT_RULES)


def check_supergraph(context: MergeContext) -> list[CompositionProblem]:
    """What is wrong with a merged supergraph."""
    for stage in STAGES:
        problems = [problem for rule in stage for problem in rule(context)]
        if problems:
            return problems
    return []
