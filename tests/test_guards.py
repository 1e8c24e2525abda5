"""From settings to guards: what holds for all subgraphs, and what is one subgraph's own."""

import asyncio
from typing import Any

import pytest

from router.guards import guarded
from router.settings import RouterSettings
from router.upstream.circuit_breaker import CircuitState
from router.upstream.guarded import GuardedTransport
from tests.upstream.fake_transport import OK, UNAVAILABLE, FakeTransport, code_of, mutation, query, refused
from tests.upstream.virtual_loop import settle, virtual_time


def guards(transport: FakeTransport, **settings: Any) -> list[GuardedTransport]:
    """Of the subgraphs a and b."""
    found = guarded({"a": transport, "b": transport}, RouterSettings(**settings)).values()
    return [guard for guard in found if isinstance(guard, GuardedTransport)]


def now() -> float:
    return asyncio.get_running_loop().time()


async def fail(guard: GuardedTransport, transport: FakeTransport, times: int) -> None:
    for _ in range(times):
        waiter = guard.start(mutation())
        transport.calls[-1].end(refused())
        await asyncio.wait([waiter])
        assert code_of(waiter) == "SUBREQUEST_CONNECTION_FAILED"


@pytest.mark.parametrize(("single_flight", "calls"), [("off", 2), ("subgraphs", 1), ("all", 1)])
@virtual_time
async def test_single_flight(single_flight: str, calls: int) -> None:
    transport = FakeTransport()
    guard, _ = guards(transport, traffic={"single_flight": single_flight})
    waiters = [guard.start(query()), guard.start(query())]
    assert len(transport.calls) == calls
    for call in transport.calls:
        call.end()
    assert await asyncio.gather(*waiters) == [OK, OK]


@virtual_time
async def test_subgraphs_share_nothing() -> None:
    transport = FakeTransport()
    waiters = [guard.start(query()) for guard in guards(transport)]
    assert len(transport.calls) == 2
    for call in transport.calls:
        call.end()
    assert await asyncio.gather(*waiters) == [OK, OK]


@virtual_time
async def test_retries_of_all_and_of_one() -> None:
    transport = FakeTransport()
    both = guards(
        transport, upstream={"retry": {"backoff_seconds": 0.1}}, subgraphs={"b": {"retry": {"attempts": 1}}}
    )
    waiters = [guard.start(query()) for guard in both]
    for call in transport.running:
        call.end(UNAVAILABLE)
    assert await waiters[1] is UNAVAILABLE
    await asyncio.sleep(0.1)
    await settle()
    [again] = transport.running
    again.end()
    assert await waiters[0] is OK


@virtual_time
async def test_circuit_breakers_of_all_and_of_one() -> None:
    transport = FakeTransport()
    both = guards(
        transport,
        upstream={"circuit_breaker": {"min_calls": 3}},
        subgraphs={"b": {"circuit_breaker": {"enabled": False}}},
    )
    for guard in both:
        await fail(guard, transport, 3)
    assert [guard.statistics().circuit for guard in both] == [CircuitState.OPEN, CircuitState.CLOSED]


@virtual_time
async def test_a_few_failures_open_no_circuit_by_default() -> None:
    transport = FakeTransport()
    guard, _ = guards(transport)
    await fail(guard, transport, 19)
    assert guard.statistics().circuit is CircuitState.CLOSED
    await fail(guard, transport, 1)
    assert guard.statistics().circuit is CircuitState.OPEN


@pytest.mark.parametrize(
    ("settings", "seconds", "state"),
    [
        ({}, 26, CircuitState.CLOSED),
        ({}, 28, CircuitState.OPEN),
        ({"upstream": {"timeout_seconds": 10}}, 9.5, CircuitState.OPEN),
        ({"limits": {"request_timeout_seconds": 5}}, 4, CircuitState.CLOSED),
        ({"limits": {"request_timeout_seconds": 5}}, 4.9, CircuitState.OPEN),
        ({"subgraphs": {"a": {"timeout_seconds": 2}}}, 1.9, CircuitState.OPEN),
    ],
)
@virtual_time
async def test_a_deadline_counts_when_there_was_all_the_time_that_there_is(
    settings: dict[str, Any], seconds: float, state: CircuitState
) -> None:
    guard, _ = guards(FakeTransport(), **settings)
    waiters = [guard.start(query(f"{{a{number}}}", deadline=now() + seconds)) for number in range(20)]
    await asyncio.wait(waiters)
    assert {code_of(waiter) for waiter in waiters} == {"SUBREQUEST_TIMEOUT"}
    assert guard.statistics().circuit is state


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, {"x-request-timeout-ms": "1500"}),
        ({"upstream": {"deadline_header": "X-Time-Left"}}, {"x-time-left": "1500"}),
        ({"upstream": {"deadline_header": None}}, {}),
    ],
)
@virtual_time
async def test_tells_the_deadline(settings: dict[str, Any], told: dict[str, str]) -> None:
    transport = FakeTransport()
    guard, _ = guards(transport, **settings)
    waiter = guard.start(query(deadline=now() + 1.5))
    assert transport.calls[0].request.headers == told
    transport.calls[0].end()
    await waiter
