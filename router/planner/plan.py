"""`plan(supergraph, operation)`: the steps of planning, one after another."""

from collections.abc import Callable, Sequence
from functools import partial

from graphql import OperationType

from router.errors import ClientError
from router.federation.supergraph import Supergraph
from router.operation.budget import Budget
from router.operation.defer import defer_variables, defers
from router.operation.load import Operation
from router.operation.normalize import Normalizer
from router.operation.selection import Field
from router.planner.assemble import assemble, sequence
from router.planner.batches import batches
from router.planner.build import FetchBuilder
from router.planner.choice import EntityPosition
from router.planner.context import Contexts
from router.planner.deferred import DeferredPlan
from router.planner.fetch_graph import FetchGraph
from router.planner.nodes import ConditionNode, FetchNode, PlanNode, QueryPlan, SubscriptionNode
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


def plan(
    supergraph: Supergraph,
    operation: Operation,
    labels: frozenset[str] = frozenset(),
    *,
    defer: bool = True,
    budget: Budget | None = None,
) -> QueryPlan:
    """The plan for a valid operation. `labels` are the progressive @override labels that are on for it.

    Without `defer`, what is in a @defer is planned like everything else. Pure and deterministic. Raises
    UnplannableError, or what the budget raises.
    """
    planner = partial(_Planner, supergraph, operation, labels, budget or Budget())
    if not defer:
        return QueryPlan(planner(None).run())
    if operation.kind is OperationType.SUBSCRIPTION and defers(operation):
        raise ClientError("DEFER_NOT_SUPPORTED", "@defer is not supported on subscriptions.")
    return QueryPlan(_by_conditions(planner, {}, defer_variables(operation)))


def _by_conditions(
    planner: "Callable[[dict[str, bool]], _Planner]", deferring: dict[str, bool], variables: Sequence[str]
) -> PlanNode | None:
    """A plan for every way in which the variables of `@defer(if:)` can turn out."""
    if not variables:
        return planner(deferring).run()
    name, *others = variables
    yes, no = (_by_conditions(planner, {**deferring, name: value}, others) for value in (True, False))
    return yes if yes == no else ConditionNode(name, yes, no)


class _Planner:
    """Plans one operation, once it is known what is deferred."""

    def __init__(
        self,
        supergraph: Supergraph,
        operation: Operation,
        labels: frozenset[str],
        budget: Budget,
        deferring: dict[str, bool] | None,
    ) -> None:
        root_type = supergraph.schema.get_root_type(operation.kind)
        assert root_type is not None  # noqa: S101 - validation refuses operations of other kinds
        self._type_name = root_type.name
        self._operation = operation
        normalizer = Normalizer(
            supergraph.schema, supergraph.possible_types, operation.fragments, deferring, budget
        )
        self._resolution = Resolution(supergraph, labels, budget)
        self._contexts = Contexts(self._resolution)
        self._selections = self._contexts.ask(
            normalizer.normalize(operation.definition.selection_set, self._type_name)
        )
        self._keys = ResponseKeys(self._selections)
        self._solver = PositionSolver(self._resolution)

    def run(self) -> PlanNode | None:
        """One node for all: the fields of a mutation one after another, those of a query together."""
        fields = tuple(each for each in self._selections.fields if each.name not in _ANSWERED_BY_ROUTER)
        is_mutation = self._operation.kind is OperationType.MUTATION
        steps = [(each,) for each in fields] if is_mutation else [fields]
        nodes = []
        for positions in self._neighbours([self._choose(step) for step in steps if step]):
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
        builder = FetchBuilder(self._resolution, self._keys, self._contexts, graph)
        for position in positions:
            builder.root(position, self._operation.kind)
        self._contexts.wait(graph)
        optimise(graph)
        conflicts = ShapeConflicts(self._resolution.supergraph)
        for group in graph.groups:
            conflicts.remove(group)
        if graph.deferrals:
            return DeferredPlan(graph, self._operation.variables).node(self._selections)
        if self._operation.kind is OperationType.SUBSCRIPTION:
            return self._subscription(graph)
        return assemble(batches(graph.in_order()), self._operation.variables)

    def _subscription(self, graph: FetchGraph) -> PlanNode:
        """Validation lets a subscription have one root field, so there is one root fetch."""
        first, *others = graph.in_order()
        primary = assemble(batches([first]), self._operation.variables)
        assert isinstance(primary, FetchNode)  # noqa: S101 - a root field of a subscription has no conditions
        return SubscriptionNode(primary, assemble(batches(others), self._operation.variables))
