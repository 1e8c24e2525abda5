from router.composition.merge.context import MergeContext
from router.composition.problem import CompositionProblem


def check_supergraph(context: MergeContext) -> list[CompositionProblem]:
    return []
