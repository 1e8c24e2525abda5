"""Programs that cannot go on: what was sent is not sent again, and nobody waits in vain."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from router.compiler.compile import compile_plan
from router.compiler.program import Program, load
from router.executor.answer_shape import AnswerShapes
from router.executor.context import ExecutionContext
from router.executor.run import Runner
from router.federation.supergraph import Supergraph
from router.operation import Operation, load_operation
from router.planner import plan
from router.upstream.in_process import json_response
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse, SubgraphTransport


class Scripted:
    """Gives its answers one after another; an answer may be an exception, or something to wait for."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[SubgraphRequest] = []
        self.cancelled = 0

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, asyncio.Future | asyncio.Event):
            try:
                await (answer.wait() if isinstance(answer, asyncio.Event) else answer)
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return json_response(answer)


def context(supergraph: Supergraph, transports: Mapping[str, SubgraphTransport]) -> ExecutionContext:
    return ExecutionContext(
        supergraph.schema, supergraph.api_schema, transports, AnswerShapes(supergraph.schema), deadline=9.5
    )


def compiled(supergraph: Supergraph, text: str) -> tuple[Operation, Runner]:
    operation = load_operation(supergraph, text)
    query_plan = plan(supergraph, operation)
    program = compile_plan(query_plan, operation.definition, operation.fragments, supergraph, {})
    return operation, Runner(query_plan, program)


async def until(happened: Callable[[], object], running: asyncio.Task[bytes]) -> None:
    """Lets the other tasks go on; fails if that does not help."""
    for _ in range(1000):
        if happened():
            return
        assert not running.done(), running.result()
        await asyncio.sleep(0)
    raise AssertionError("nothing happened")


PEOPLE = {"data": {"people": [{"__typename": "Person", "id": "1", "name": 5}]}}
GREETINGS = {"data": {"_entities": [{"greeting": "Hello"}]}}
QUERY = "{ people { name greeting } }"


async def test_a_deviation_sends_nothing_twice(small_graph: Any) -> None:
    people, greetings = Scripted(PEOPLE), Scripted(GREETINGS)
    operation, runner = compiled(small_graph.supergraph, QUERY)
    body = await runner.run(
        operation, context(small_graph.supergraph, {"people": people, "greetings": greetings})
    )
    assert (len(people.requests), len(greetings.requests)) == (1, 1)
    assert body.startswith(b'{"data":null,"errors":[')
    assert (runner.runs, runner.deviations, runner.failures) == (1, 1, 0)


async def test_a_mutation_is_sent_once_whatever_it_answers(small_graph: Any) -> None:
    people = Scripted({"data": {"rename": {"__typename": "Person", "id": "1", "name": 5}}})
    greetings = Scripted(GREETINGS)
    operation, runner = compiled(
        small_graph.supergraph, 'mutation { rename(id: "1", name: "A") { name greeting } }'
    )
    await runner.run(operation, context(small_graph.supergraph, {"people": people, "greetings": greetings}))
    assert [request.mutation for request in people.requests] == [True]
    assert runner.deviations == 1


async def test_requests_have_the_deadline(small_graph: Any) -> None:
    people = Scripted({"data": {"people": []}})
    operation, runner = compiled(small_graph.supergraph, "{ people { name } }")
    await runner.run(operation, context(small_graph.supergraph, {"people": people}))
    assert [request.deadline for request in people.requests] == [9.5]


async def test_a_failing_subgraph_is_asked_once(small_graph: Any) -> None:
    people = Scripted(SubgraphError("SUBREQUEST_TIMEOUT", "slow"))
    operation, runner = compiled(small_graph.supergraph, "{ people { name } }")
    body = await runner.run(operation, context(small_graph.supergraph, {"people": people}))
    assert b"SUBREQUEST_TIMEOUT" in body
    assert len(people.requests) == 1


async def test_cancelling_cancels_what_is_under_way(small_graph: Any) -> None:
    people = Scripted(asyncio.Event())
    operation, runner = compiled(small_graph.supergraph, "{ people { name } }")
    running = asyncio.create_task(runner.run(operation, context(small_graph.supergraph, {"people": people})))
    await until(lambda: people.requests, running)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert people.cancelled == 1


async def test_a_defect_of_a_program_is_logged_and_the_interpreter_answers(
    small_graph: Any, caplog: pytest.LogCaptureFixture
) -> None:
    defect = load("async def run(call):\n    return nothing\n", (), ())
    operation = load_operation(small_graph.supergraph, "{ languages }")
    runner = Runner(plan(small_graph.supergraph, operation), defect)
    with caplog.at_level(logging.ERROR):
        body = await runner.run(operation, context(small_graph.supergraph, small_graph.transports))
    assert body == b'{"data":{"languages":["EN","KO"]}}'
    assert (runner.failures, runner.deviations) == (1, 0)
    assert "a program failed" in caplog.text


async def test_a_program_that_never_comes_to_its_end_is_set_aside_and_tried_again(small_graph: Any) -> None:
    operation = load_operation(small_graph.supergraph, "{ languages }")
    tried: list[int] = []
    deviating = load("async def run(call):\n    deviate()\n", (), ())

    async def run(call: Any) -> bytes:
        tried.append(runner.runs)
        return await deviating.run(call)

    runner = Runner(plan(small_graph.supergraph, operation), Program(deviating.text, run, (), ()))
    for _ in range(130):
        body = await runner.run(operation, context(small_graph.supergraph, small_graph.transports))
        assert body == b'{"data":{"languages":["EN","KO"]}}'
    assert tried == [*range(1, 10), 64, 128]


async def test_chains_run_beside_each_other_and_are_cancelled_together(chains: Supergraph) -> None:
    a, b = Scripted(asyncio.Event()), Scripted(asyncio.Event())
    c = Scripted()
    operation, runner = compiled(chains, "{ x { late } y { late } }")
    running = asyncio.create_task(runner.run(operation, context(chains, {"a": a, "b": b, "c": c})))
    await until(lambda: a.requests and b.requests, running)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.sleep(0)
    assert (a.cancelled, b.cancelled) == (1, 1)


async def test_the_interpreter_waits_for_what_a_chain_has_sent(chains: Supergraph) -> None:
    """One chain deviates while the other one waits: its request is answered once, for the interpreter."""
    go = asyncio.Event()
    x = {"data": {"x": {"__typename": "X", "id": 1.5}}}
    y = {"data": {"y": {"__typename": "Y", "id": "1"}}}
    late = {"data": {"_entities": [{"late": 2}]}}
    a, b, c = Scripted(x, late), Scripted(go, y), Scripted(late)
    operation, runner = compiled(chains, "{ x { late } y { late } }")
    running = asyncio.create_task(runner.run(operation, context(chains, {"a": a, "b": b, "c": c})))
    await until(lambda: runner.deviations, running)
    go.set()
    body = await running
    assert b'"y":{"late":2}' in body
    assert (len(a.requests), len(b.requests)) == (2, 1)


@pytest.fixture
def chains() -> Supergraph:
    """Two chains of fetches that end at different subgraphs, so that they stay two."""
    from router.composition import compose
    from router.federation.subgraph import Subgraph

    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])\n'
    texts = {
        "a": 'type Query { x: X } type X @key(fields: "id") { id: ID! } type Y @key(fields: "id") { id: ID! late: Int }',
        "b": 'type Query { y: Y } type Y @key(fields: "id") { id: ID! }',
        "c": 'type X @key(fields: "id") { id: ID! late: Int }',
    }
    subgraphs = [Subgraph(name, f"http://{name}.invalid", link + text) for name, text in texts.items()]
    return Supergraph.parse(compose(subgraphs).supergraph_sdl)
