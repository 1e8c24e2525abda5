"""Every query that the API schema allows, walked field by field along with the places where subgraphs can be."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from router.composition.merge.context import MergeContext
from router.composition.problem import CompositionProblem, join_words
from router.composition.satisfiability.graph import Graph, Place, UndecidedLabelError
from router.composition.satisfiability.reasons import Step, print_query, unsatisfiable
from router.federation.schema import Field, Kind, TypeDefinition
from router.federation.type_reference import named_type

Labels = frozenset[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class State:
    """At a type of the supergraph, with the places in subgraphs that the same fields have led to."""

    type: str
    places: frozenset[Place]
    path: Step | None
    labels: Labels = frozenset()


@dataclass(slots=True)
class Walk:
    """One run over the graph. States that offer at least the places of one already seen are not walked again."""

    context: MergeContext
    problems: list[CompositionProblem] = field(default_factory=list)
    graphs: dict[Labels, Graph] = field(default_factory=dict)
    seen: dict[tuple[str, Labels], list[frozenset[Place]]] = field(default_factory=dict)
    hinted: set[str] = field(default_factory=set)
    last_candidates: tuple[tuple[str, frozenset[Place], Labels], tuple[Place, ...]] | None = None

    def run(self, state: State) -> None:
        """Checks all that can be asked from one state on."""
        queue = deque([state])
        while queue:
            current = queue.popleft()
            if not self._is_known(current):
                queue.extend(self._next(current))

    def _is_known(self, state: State) -> bool:
        known = self.seen.setdefault((state.type, state.labels), [])
        if any(places <= state.places for places in known):
            return True
        known.append(state.places)
        return False

    def graph(self, labels: Labels) -> Graph:
        found = self.graphs.get(labels)
        if found is None:
            found = self.graphs[labels] = Graph(self.context, dict(labels))
        return found

    def _next(self, state: State) -> Iterator[State]:
        definition = self.context.schema.types[state.type]
        if definition.kind is Kind.OBJECT:
            problems: list[CompositionProblem] = []
            for each in definition.fields.values():
                if not self.context.is_inaccessible(each):
                    yield from self._next_field(state, each, state.labels, problems)
            self._report(problems)
        else:
            yield from self._next_types(state, definition)

    def _reached(self, state: State, labels: Labels) -> frozenset[Place]:
        graph = self.graph(labels)
        return frozenset(place for each in state.places for place in graph.reach(each))

    def _candidates(self, state: State, labels: Labels) -> tuple[Place, ...]:
        """The places that may resolve a field of an object, remembered while its fields are gone through."""
        key = (state.type, state.places, labels)
        if self.last_candidates is None or self.last_candidates[0] != key:
            reached = self._reached(state, labels)
            places = tuple(sorted(self._known_as(state.type, reached, self.graph(labels))))
            self.last_candidates = (key, places)
        return self.last_candidates[1]

    def _next_field(
        self, state: State, each: Field, labels: Labels, problems: list[CompositionProblem]
    ) -> Iterator[State]:
        """Where a field leads. A label that decides it is assumed both on and off, from here on."""
        graph = self.graph(labels)
        places = self._candidates(state, labels)
        try:
            targets = [target for place in places if (target := graph.resolve(place, each.name)) is not None]
        except UndecidedLabelError as undecided:
            for value in (True, False):
                yield from self._next_field(state, each, labels | {(undecided.label, value)}, problems)
            return
        path = Step(state.path, each.name, each)
        if not targets:
            problems.append(unsatisfiable(graph, path, state.type, each, places))
            return
        name = named_type(each.type)
        returned = self.context.schema.types.get(name)
        if returned is None or returned.is_leaf or self.context.is_inaccessible(returned):
            return
        if returned.is_abstract:
            self._check_runtime_types(each, targets, path)
        yield State(name, frozenset(targets), path, labels)

    def _report(self, problems: list[CompositionProblem]) -> None:
        known = {problem.message for problem in self.problems}
        self.problems += [problem for problem in problems if problem.message not in known]

    def _known_as(self, name: str, reached: frozenset[Place], graph: Graph) -> Iterator[Place]:
        """The places as they are once it is known that the object is of one type."""
        for place in reached:
            definition = graph.definition(place)
            if definition is not None and definition.is_abstract:
                for cast in graph.cast(place, name):
                    yield from graph.reach(cast)
            else:
                yield place

    def _next_types(self, state: State, definition: TypeDefinition) -> Iterator[State]:
        graph = self.graph(state.labels)
        reached = self._reached(state, state.labels)
        only_objects = all(graph.is_interface_object(place) for place in reached)
        for name in sorted(self.context.schema.possible_types(definition.name)):
            if self.context.is_inaccessible(self.context.schema.types[name]):
                continue
            path = Step(state.path, f"... on {name}", None)
            if only_objects:
                self._report([self._untold(path, definition, state)])
                continue
            if any(not graph.cast(place, name) for place in state.places):
                continue
            places = frozenset(cast for place in reached for cast in graph.cast(place, name))
            yield State(name, places, path, state.labels)

    def _untold(self, path: Step, definition: TypeDefinition, state: State) -> CompositionProblem:
        lines = "\n".join(
            f'- from subgraph "{self.context.names[place.subgraph]}": no subgraph can be reached to resolve the '
            f'implementation type of @interfaceObject type "{definition.name}".'
            for place in sorted(state.places)
        )
        message = (
            f"The following supergraph API query:\n{print_query(self.context, path, is_leaf=False)}\ncannot be "
            f"satisfied by the subgraphs because:\n{lines}"
        )
        return CompositionProblem("SATISFIABILITY_ERROR", message)

    def _check_runtime_types(self, each: Field, targets: list[Place], path: Step) -> None:
        """Subgraphs that share a field must be able to answer it with objects of the same types."""
        by_subgraph = self._runtime_types(each, targets)
        if len(set(by_subgraph.values())) < 2 or each.coordinate in self.hinted:
            return
        self.hinted.add(each.coordinate)
        common = frozenset.intersection(*by_subgraph.values())
        query = print_query(self.context, path, is_leaf=False)
        lines = ";\n".join(
            f' - in subgraph "{self.context.names[index]}", {_types(types)}'
            for index, types in sorted(by_subgraph.items())
        )
        head = f'For the following supergraph API query:\n{query}\nShared field "{each.coordinate}" return type "{each.type}"'
        if not common:
            message = (
                f"{head} has a non-intersecting set of possible runtime types across subgraphs. Runtime types in "
                f"subgraphs are:\n{lines}.\nThis is not allowed as shared fields must resolve the same way in all "
                "subgraphs, and that implies at least some common runtime types between the subgraphs."
            )
            self._report([CompositionProblem("SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES", message)])
            return
        message = (
            f"{head} has different sets of possible runtime types across subgraphs. Runtime types in subgraphs are:\n"
            f"{lines}.\nSince a shared field must be resolved the same way in all subgraphs, make sure that each of "
            f'them only resolves "{each.coordinate}" to objects of {_types(common)}. Otherwise the @shareable contract '
            "will be broken."
        )
        self.context.hint("INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN", message)

    def _runtime_types(self, each: Field, targets: list[Place]) -> dict[int, frozenset[str]]:
        """By subgraph; none where fewer than two of them leave the type open."""
        everywhere = self.context.schema.possible_types(named_type(each.type))
        found: dict[int, frozenset[str]] = {}
        open_types = 0
        for place in targets:
            schema = self.context.subgraphs[place.subgraph].schema
            open_types += schema.types[place.type].is_abstract
            possible = schema.possible_types(place.type)
            if len(possible) != 1 or possible <= everywhere:
                found[place.subgraph] = possible
        return found if open_types > 1 else {}


def _types(names: frozenset[str]) -> str:
    quoted = [f'"{name}"' for name in sorted(names)]
    return f"type{'s' if len(quoted) > 1 else ''} {join_words(quoted)}"


def check_satisfiability(context: MergeContext) -> list[CompositionProblem]:
    """Whether subgraphs can answer all that clients may ask; an example query and the reasons where they cannot."""
    walk = Walk(context)
    for operation, name in context.schema.roots.items():
        definition = context.schema.types.get(name)
        if definition is None or not definition.fields:
            continue
        places = frozenset(Place(index, name) for index in context.types(name))
        if operation == "mutation":
            _check_mutations(walk, definition, places)
        else:
            walk.run(State(name, places, Step(None, operation, None)))
    return walk.problems


def _check_mutations(walk: Walk, definition: TypeDefinition, places: frozenset[Place]) -> None:
    """A mutation runs once, so one subgraph alone must do for each."""
    context = walk.context
    for each in definition.fields.values():
        if walk.context.is_inaccessible(each):
            continue
        _check_mutation(walk, context, definition, each, places)


def _check_mutation(
    walk: Walk, context: MergeContext, definition: TypeDefinition, each: Field, places: frozenset[Place]
) -> None:
    target = context.schema.types.get(named_type(each.type))
    if target is None or target.is_leaf:
        return
    failures: Mapping[str, list[CompositionProblem]] = {}
    found: dict[str, list[CompositionProblem]] = {}
    labels: list[Labels] = [frozenset()]
    while labels:
        current = labels.pop()
        graph = walk.graph(current)
        try:
            starts = {
                place.subgraph: start
                for place in sorted(places)
                if (start := graph.resolve(place, each.name)) is not None
            }
        except UndecidedLabelError as undecided:
            labels += [current | {(undecided.label, value)} for value in (True, False)]
            continue
        path = Step(Step(None, "mutation", None), each.name, each)
        if len(starts) == 1:
            start = next(iter(starts.values()))
            walk.run(State(target.name, frozenset({start}), path, current))
            continue
        found = {}
        for subgraph, start in starts.items():
            alone = Walk(context, graphs=walk.graphs)
            alone.run(State(target.name, frozenset({start}), path, current))
            if not alone.problems:
                found = {}
                break
            found[context.names[subgraph]] = alone.problems
        failures = found
    if failures:
        details = "\n".join(
            f'- When calling "{each.coordinate}" at top-level from subgraph "{name}":\n'
            + "\n".join("  " + line for problem in problems for line in problem.message.split("\n"))
            for name, problems in failures.items()
        )
        message = (
            f'Supergraph API queries using the mutation field "{each.coordinate}" at top-level must be satisfiable '
            "without needing to call that field from multiple subgraphs, but every subgraph with that field encounters "
            "satisfiability errors. Please fix these satisfiability errors for (at least) one of the following "
            f"subgraphs with the mutation field:\n{details}"
        )
        walk.problems.append(CompositionProblem("SATISFIABILITY_ERROR", message))
