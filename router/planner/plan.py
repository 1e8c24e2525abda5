"""`plan(supergraph, operation)`: the steps of planning, one after another."""

from collections.abc import Sequence

from graphql import OperationType

from router.errors import ClientError
from router.federation.supergraph import Supergraph
from router.operation.load import Operation
from router.operation.normalize import Normalizer
from router.operation.selection import Field
from router.planner.assemble import assemble, sequence
from router.planner.batches import batches
from router.planner.build import FetchBuilder
from router.planner.choice import EntityPosition
from router.planner.fetch_graph import FetchGraph, FetchGroup
from router.planner.nodes import PlanNode, QueryPlan
from router.planner.optimise import optimise
from router.planner.position import PositionSolver
from router.planner.resolution import TYPENAME, Resolution
from router.planner.response_keys import ResponseKeys
from router.planner.shapes import ShapeConflicts

_ANSWERED_BY_ROUTER = frozenset({TYPENAME, "__schema", "__type"})


class UnplannableError(ClientError):
    """The graph has the fields, but no chain of fetches that gets them together."""

    def __init__(self, type_name: str, fields: Sequence[Field]) -> None:
        names = ", ".join(sorted({field.name for field in fields}))
        super().__init__(
            "QUERY_PLAN_IMPOSSIBLE", f"No subgraphs can together answer the fields {names} of {type_name}."
        )


def plan(supergraph: Supergraph, operation: Operation, labels: frozenset[str] = frozenset()) -> QueryPlan:
    """The plan for a valid operation. `labels` are the progressive @override labels that are on for it.

    Pure and deterministic. Raises UnplannableError.
    """
    root_type = supergraph.schema.get_root_type(operation.kind)
    assert root_type is not None  # noqa: S101 - validation refuses operations of other kinds
    normalizer = Normalizer(supergraph.schema, supergraph.possible_types, operation.fragments)
    selections = normalizer.normalize(operation.definition.selection_set, root_type.name)
    fields = tuple(field for field in selections.fields if field.name not in _ANSWERED_BY_ROUTER)
    if not fields:
        return QueryPlan(None)
    steps = ((field,) for field in fields) if operation.kind is OperationType.MUTATION else (fields,)
    planner = _Planner(Resolution(supergraph, labels), ResponseKeys(selections), operation, root_type.name)
    return QueryPlan(planner.run(list(steps)))


class _Planner:
    """Plans steps that have to run one after another: each field of a mutation, or all fields of a query."""

    def __init__(
        self, resolution: Resolution, keys: ResponseKeys, operation: Operation, type_name: str
    ) -> None:
        self._resolution = resolution
        self._keys = keys
        self._operation = operation
        self._type_name = type_name
        self._solver = PositionSolver(resolution)

    def run(self, steps: list[tuple[Field, ...]]) -> PlanNode | None:
        """One node for all steps."""
        nodes = []
        for positions in self._neighbours([self._choose(step) for step in steps]):
            node = self._build(positions)
            if node is not None:
                nodes.append(node)
        return sequence(nodes) if nodes else None

    def _choose(self, fields: tuple[Field, ...]) -> EntityPosition:
        position = self._solver.root(fields, self._type_name)
        if position is None:
            raise UnplannableError(self._type_name, fields)
        return position

    def _neighbours(self, positions: list[EntityPosition]) -> list[list[EntityPosition]]:
        """Steps in one subgraph, one right after another, can be one request: it keeps their order."""
        runs: list[list[EntityPosition]] = []
        last: str | None = None
        for position in positions:
            graphs = {visit.graph for visit in position.visits}
            only = next(iter(graphs)) if len(graphs) == 1 else None
            if runs and only is not None and only == last:
                runs[-1].append(position)
            else:
                runs.append([position])
            # What hangs on a mutation is fetched before the next one begins.
            last = only if position.depth == 0 else None
        return runs

    def _build(self, positions: list[EntityPosition]) -> PlanNode | None:
        graph = FetchGraph()
        groups: dict[str, FetchGroup] = {}
        builder = FetchBuilder(self._resolution, self._keys, graph)
        for position in positions:
            for visit in position.visits:
                if visit.graph not in groups:
                    groups[visit.graph] = graph.root(visit.graph, self._type_name, self._operation.kind)
            builder.root(position, groups)
        optimise(graph)
        conflicts = ShapeConflicts(self._resolution.supergraph)
        for group in graph.groups:
            conflicts.remove(group)
        return assemble(batches(graph), self._operation.variables)
