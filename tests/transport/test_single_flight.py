"""Equal queries at the same time: one execution, and everybody free to leave."""

import asyncio
from dataclasses import dataclass, field

import pytest

from router.errors import ClientError
from router.pipeline import GraphQLRequest, GraphQLResponse, refusal
from router.settings import RouterSettings
from router.transport.from_settings import graphql_endpoint
from router.transport.persisted_queries import MemoryStore
from router.transport.request_id import new_ids
from router.transport.single_flight import SingleFlight
from tests.transport.raw_client import RawRequest, exchange

WAIT = 10
"""Seconds; only a failure takes so long."""


@dataclass
class Slow:
    """Answers when the test says so, each time with another body."""

    release: asyncio.Event = field(default_factory=asyncio.Event)
    started: list[GraphQLRequest] = field(default_factory=list)
    cancelled: list[GraphQLRequest] = field(default_factory=list)
    refuse: bool = False

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        self.started.append(request)
        number = len(self.started)
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.cancelled.append(request)
            raise
        if self.refuse:
            return refusal(ClientError("NO", "no"))
        return GraphQLResponse(b"%d" % number)


def query(text: str = "{a}", operation_name: str | None = None, **more: object) -> GraphQLRequest:
    variables, headers = more.get("variables", {}), more.get("headers", {})
    assert isinstance(variables, dict)
    assert isinstance(headers, dict)
    return GraphQLRequest(query=text, operation_name=operation_name, variables=variables, headers=headers)


async def together(slow: Slow, *requests: GraphQLRequest) -> list[bytes]:
    """The bodies of the answers to requests that all wait at the same time."""
    flights = SingleFlight(slow)
    tasks = [asyncio.create_task(flights.execute(request)) for request in requests]
    await settled()
    slow.release.set()
    async with asyncio.timeout(WAIT):
        return [answer.body for answer in await asyncio.gather(*tasks)]


async def settled() -> None:
    """All tasks have come to where they wait."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_equal_queries_share_an_answer() -> None:
    slow = Slow()

    assert await together(slow, query(), query(), query()) == [b"1", b"1", b"1"]
    assert len(slow.started) == 1


async def test_headers_of_one_request_make_no_difference() -> None:
    slow = Slow()
    first = query(headers={"authorization": "a", "x-request-id": "1", "traceparent": "1", "tracestate": "1"})
    other = query(headers={"x-request-id": "2", "authorization": "a"})

    assert await together(slow, first, other) == [b"1", b"1"]


@pytest.mark.parametrize(
    "other",
    [
        query("{b}"),
        query("{a} "),
        query(operation_name="A"),
        query(variables={"a": 1}),
        query(headers={"authorization": "b"}),
    ],
)
async def test_what_differs_is_executed_by_itself(other: GraphQLRequest) -> None:
    assert await together(Slow(), query(), other) == [b"1", b"2"]


async def test_values_of_variables_differ_by_type_and_order() -> None:
    values = [{"a": 1}, {"a": "1"}, {"a": True}, {"a": 1.0}, {"a": {"b": 1, "c": 2}}, {"a": {"c": 2, "b": 1}}]

    bodies = await together(Slow(), *(query(variables=value) for value in values))

    assert len(set(bodies)) == len(values)


@pytest.mark.parametrize("text", ["mutation { pay }", "query A {a} mutation B {pay}", "subscription { a }"])
async def test_what_is_no_query_is_never_shared(text: str) -> None:
    slow = Slow()

    assert await together(slow, query(text), query(text)) == [b"1", b"2"]


async def test_errors_are_shared() -> None:
    slow = Slow(refuse=True)

    first, second = await together(slow, query(), query())

    assert first == second
    assert len(slow.started) == 1


async def test_later_queries_are_executed_again() -> None:
    slow = Slow()
    slow.release.set()
    flights = SingleFlight(slow)

    assert (await flights.execute(query())).body == b"1"
    assert (await flights.execute(query())).body == b"2"


async def test_whoever_leaves_leaves_the_others_alone() -> None:
    slow = Slow()
    flights = SingleFlight(slow)
    first, second = (asyncio.create_task(flights.execute(query())) for _ in range(2))
    await settled()

    first.cancel()
    await settled()
    third = asyncio.create_task(flights.execute(query()))
    await settled()
    slow.release.set()

    async with asyncio.timeout(WAIT):
        assert [(await task).body for task in (second, third)] == [b"1", b"1"]
    assert first.cancelled()
    assert slow.cancelled == []


async def test_the_last_one_stops_the_work() -> None:
    slow = Slow()
    flights = SingleFlight(slow)
    tasks = [asyncio.create_task(flights.execute(query())) for _ in range(2)]
    await settled()

    for task in tasks:
        task.cancel()
    await settled()
    again = asyncio.create_task(flights.execute(query()))
    await settled()
    slow.release.set()

    assert slow.cancelled == [query()]
    async with asyncio.timeout(WAIT):
        assert (await again).body == b"2"


@pytest.mark.parametrize(("setting", "executions"), [("off", 3), ("subgraphs", 3), ("all", 1)])
async def test_only_where_the_settings_say_so(setting: str, executions: int) -> None:
    slow = Slow()
    settings = RouterSettings(traffic={"single_flight": setting})
    endpoint = graphql_endpoint(slow, settings, None, MemoryStore(10), new_ids())
    asked = [RawRequest(body=(b'{"query": "{a}"}',)) for _ in range(3)]
    tasks = [asyncio.create_task(exchange(endpoint, request)) for request in asked]
    await settled()
    slow.release.set()

    async with asyncio.timeout(WAIT):
        answers = await asyncio.gather(*tasks)

    assert len(slow.started) == executions
    assert len({answer.body for answer in answers}) == executions
