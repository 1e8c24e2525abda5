
from router.composition.problem import CompositionProblem
from router.composition.subgraph_schema import SubgraphSchema


def upgrade_subgraphs(schemas: list[SubgraphSchema]) -> tuple[list[SubgraphSchema], list[CompositionProblem]]:
    return schemas, []
