"""Retries and the circuit breaker around a transport whose calls end when the test says so."""

import asyncio
from typing import Any

import pytest

from router.upstream.circuit_breaker import BreakerOptions, CircuitState
from router.upstream.client_headers import ClientHeaders
from router.upstream.guarded import GuardedTransport, GuardOptions
from router.upstream.retry import RetryOptions, Surroundings
from router.upstream.retry_budget import EACH_SECOND
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse
from tests.upstream.fake_transport import (
    JSON,
    OK,
    UNAVAILABLE,
    Call,
    FakeTransport,
    code_of,
    mutation,
    query,
    refused,
)
from tests.upstream.virtual_loop import settle, virtual_time

PAUSE = 0.5
RETRY = RetryOptions(attempts=2, backoff_seconds=PAUSE)
NO_RETRY = RetryOptions(attempts=1)
BREAKER = BreakerOptions(window=10, min_calls=4, open_seconds=5.0, probes=2)


def guarded(transport: Any, **options: Any) -> GuardedTransport:
    return GuardedTransport(
        "s",
        transport,
        GuardOptions(**{"retry": RETRY, **options}),
        ClientHeaders("x-request-timeout-ms"),
        Surroundings(random=lambda: 1.0),
    )


def now() -> float:
    return asyncio.get_running_loop().time()


async def called(transport: FakeTransport, number: int) -> Call:
    """Waits for this call, in steps of virtual time."""
    for _ in range(1000):
        if len(transport.calls) >= number:
            return transport.calls[number - 1]
        await asyncio.sleep(0.01)
    raise AssertionError(f"there is no call {number}")


FAILURES: list[SubgraphResponse | Exception] = [
    refused(),
    SubgraphError("SUBREQUEST_CONNECTION_FAILED", "closed without an answer"),
    SubgraphError("SUBREQUEST_TIMEOUT", "no connection", connecting=True),
    SubgraphResponse(b"", 502, {}),
    SubgraphResponse(b"", 503, {}),
    SubgraphResponse(b"", 504, {}),
]


@pytest.mark.parametrize("failure", FAILURES)
@virtual_time
async def test_a_query_is_sent_again_after_a_pause(failure: SubgraphResponse | Exception) -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    begin = now()
    waiter = guard.start(query())
    transport.calls[0].end(failure)
    second = await called(transport, 2)
    assert now() - begin >= PAUSE
    assert second.request == transport.calls[0].request
    second.end()
    assert await waiter is OK
    assert (guard.statistics().retried, guard.statistics().in_progress) == (1, 0)


@virtual_time
async def test_a_second_failure_is_the_last() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    waiters = [guard.start(query()), guard.start(query())]
    transport.calls[0].end(UNAVAILABLE)
    (await called(transport, 2)).end(refused())
    await asyncio.wait(waiters)
    assert [code_of(waiter) for waiter in waiters] == ["SUBREQUEST_CONNECTION_FAILED"] * 2
    assert len(transport.calls) == 2
    assert guard.statistics().in_progress == 0


@virtual_time
async def test_the_last_answer_is_given_whatever_it_says() -> None:
    transport = FakeTransport()
    waiter = guarded(transport).start(query())
    transport.calls[0].end(refused())
    (await called(transport, 2)).end(UNAVAILABLE)
    assert await waiter is UNAVAILABLE


FINAL: list[tuple[SubgraphRequest, SubgraphResponse | Exception]] = [
    (mutation(), refused()),
    (mutation(), UNAVAILABLE),
    (query(), SubgraphResponse(b"", 500, {})),
    (query(), SubgraphResponse(b'{"errors":[{"message":"m"}]}', 503, JSON)),
    (query(), SubgraphError("SUBREQUEST_TIMEOUT", "total")),
    (query(), SubgraphError("SUBREQUEST_INVALID_RESPONSE", "m")),
    (query(), ValueError("a defect")),
]


@pytest.mark.parametrize(("request_", "failure"), FINAL)
@virtual_time
async def test_what_is_not_sent_again(
    request_: SubgraphRequest, failure: SubgraphResponse | Exception
) -> None:
    transport = FakeTransport()
    waiter = guarded(transport).start(request_)
    transport.calls[0].end(failure)
    await settle()
    assert (waiter.exception() or waiter.result()) is failure


@virtual_time
async def test_one_attempt_is_no_retry() -> None:
    transport = FakeTransport()
    waiter = guarded(transport, retry=NO_RETRY).start(query())
    transport.calls[0].end(UNAVAILABLE)
    assert await waiter is UNAVAILABLE


@virtual_time
async def test_a_retry_belongs_to_all_who_wait() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    waiters = [guard.start(query()), guard.start(query())]
    transport.calls[0].end(UNAVAILABLE)
    await settle()
    waiters.append(guard.start(query()))
    second = await called(transport, 2)
    waiters.append(guard.start(query()))
    second.end()
    assert await asyncio.gather(*waiters) == [OK] * 4
    assert len(transport.calls) == 2


@virtual_time
async def test_a_retry_tells_what_is_left_by_then() -> None:
    transport = FakeTransport()
    waiter = guarded(transport).start(query(deadline=now() + 2))
    transport.calls[0].end(UNAVAILABLE)
    second = await called(transport, 2)
    told = [call.request.headers["x-request-timeout-ms"] for call in transport.calls]
    assert told == ["2000", "1500"]
    second.end()
    await waiter


@virtual_time
async def test_no_pause_goes_beyond_the_deadline() -> None:
    transport = FakeTransport()
    waiter = guarded(transport).start(query(deadline=now() + PAUSE))
    transport.calls[0].end(UNAVAILABLE)
    assert await waiter is UNAVAILABLE
    assert len(transport.calls) == 1


@virtual_time
async def test_the_subgraph_says_how_long_to_pause() -> None:
    transport = FakeTransport()
    begin = now()
    waiter = guarded(transport).start(query(deadline=begin + 10))
    transport.calls[0].end(SubgraphResponse(b"", 503, {"retry-after": "3"}))
    second = await called(transport, 2)
    assert now() - begin >= 3
    second.end()
    await waiter


@virtual_time
async def test_the_last_who_leaves_ends_the_pause() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    waiter = guard.start(query())
    transport.calls[0].end(UNAVAILABLE)
    await settle()
    waiter.cancel()
    await asyncio.sleep(10)
    assert len(transport.calls) == 1
    assert guard.statistics().in_progress == 0


@virtual_time
async def test_the_last_who_leaves_ends_the_second_call() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    waiter = guard.start(query())
    transport.calls[0].end(UNAVAILABLE)
    second = await called(transport, 2)
    waiter.cancel()
    await settle()
    assert second.future.cancelled()
    assert guard.statistics().in_progress == 0


@virtual_time
async def test_a_deadline_ends_the_second_call() -> None:
    transport = FakeTransport()
    waiter = guarded(transport).start(query(deadline=now() + 1))
    transport.calls[0].end(UNAVAILABLE)
    second = await called(transport, 2)
    await asyncio.wait([waiter])
    await settle()
    assert code_of(waiter) == "SUBREQUEST_TIMEOUT"
    assert second.future.cancelled()


@virtual_time
async def test_a_second_call_that_the_transport_cancels_has_failed() -> None:
    transport = FakeTransport()
    waiter = guarded(transport).start(query())
    transport.calls[0].end(UNAVAILABLE)
    (await called(transport, 2)).future.cancel()
    await asyncio.wait([waiter])
    assert code_of(waiter) == "SUBREQUEST_CONNECTION_FAILED"


@virtual_time
async def test_retries_have_a_budget() -> None:
    transport = FakeTransport()
    guard = guarded(transport, breaker=BreakerOptions(enabled=False), retry=RetryOptions(2, 0.0, budget=0.2))
    waiters = []
    for number in range(50):
        waiters.append(guard.start(query(f"{{a{number}}}")))
        transport.calls[-1].end(UNAVAILABLE)
    await settle()
    assert guard.statistics().retried == 10 > EACH_SECOND
    for call in transport.running:
        call.end()
    await asyncio.gather(*waiters)


async def fail(guard: GuardedTransport, transport: FakeTransport, times: int) -> None:
    for _ in range(times):
        waiter = guard.start(query())
        transport.calls[-1].end(refused())
        await asyncio.wait([waiter])
        assert code_of(waiter) == "SUBREQUEST_CONNECTION_FAILED"


@virtual_time
async def test_an_open_circuit_answers_at_once() -> None:
    transport = FakeTransport()
    guard = guarded(transport, retry=NO_RETRY, breaker=BREAKER)
    before = guard.start(query("{before}"))
    running = transport.calls[0]
    await fail(guard, transport, 4)
    assert guard.statistics().circuit is CircuitState.OPEN
    assert [code_of(guard.start(each)) for each in (query(), mutation())] == ["SUBREQUEST_CIRCUIT_OPEN"] * 2
    assert len(transport.calls) == 5
    joined = guard.start(query("{before}"))
    running.end()
    assert await asyncio.gather(before, joined) == [OK, OK]
    assert guard.statistics().in_progress == 0


@virtual_time
async def test_a_circuit_closes_again() -> None:
    transport = FakeTransport()
    guard = guarded(transport, retry=NO_RETRY, breaker=BREAKER)
    await fail(guard, transport, 4)
    await asyncio.sleep(5)
    probes = [guard.start(query(f"{{a{number}}}")) for number in range(3)]
    assert code_of(probes.pop()) == "SUBREQUEST_CIRCUIT_OPEN"
    for call in transport.running:
        call.end()
    await asyncio.gather(*probes)
    assert guard.statistics().circuit is CircuitState.CLOSED


@virtual_time
async def test_a_probe_that_nobody_waits_for_makes_room() -> None:
    transport = FakeTransport()
    guard = guarded(transport, retry=NO_RETRY, breaker=BREAKER)
    await fail(guard, transport, 4)
    await asyncio.sleep(5)
    for number in range(10):
        guard.start(query(f"{{a{number}}}")).cancel()
        await settle()
    waiter = guard.start(query())
    transport.calls[-1].end()
    assert await waiter is OK


@virtual_time
async def test_what_fails_while_the_circuit_opens_is_not_sent_again() -> None:
    transport = FakeTransport()
    guard = guarded(transport, breaker=BREAKER)
    waiters = [guard.start(query(f"{{a{number}}}")) for number in range(4)]
    for call in transport.calls:
        call.end(UNAVAILABLE)
    assert await waiters[3] is UNAVAILABLE
    # The others wait for their retries, and find the circuit open.
    await asyncio.wait(waiters)
    assert [code_of(waiter) for waiter in waiters[:3]] == ["SUBREQUEST_CIRCUIT_OPEN"] * 3
    assert len(transport.calls) == 4


@pytest.mark.parametrize(
    "answer",
    [
        SubgraphResponse(b'{"errors":[{"message":"m"}]}', 500, JSON),
        SubgraphResponse(b"", 404, {}),
        SubgraphError("SUBREQUEST_INVALID_RESPONSE", "too large"),
        ValueError("a defect"),
    ],
)
@virtual_time
async def test_what_opens_no_circuit(answer: SubgraphResponse | Exception) -> None:
    transport = FakeTransport()
    guard = guarded(transport, retry=NO_RETRY, breaker=BREAKER)
    for _ in range(20):
        waiter = guard.start(query())
        transport.calls[-1].end(answer)
        await asyncio.wait([waiter])
        assert waiter.exception() is answer or waiter.result() is answer
    assert guard.statistics().circuit is CircuitState.CLOSED


@virtual_time
async def test_a_client_with_short_deadlines_opens_no_circuit() -> None:
    guard = guarded(FakeTransport(), breaker=BREAKER, patience=5.0)
    for _ in range(20):
        waiter = guard.start(query(deadline=now() + 4))
        await asyncio.wait([waiter])
        assert code_of(waiter) == "SUBREQUEST_TIMEOUT"
    assert guard.statistics().circuit is CircuitState.CLOSED


@virtual_time
async def test_calls_that_take_all_the_time_there_is_open_the_circuit() -> None:
    guard = guarded(FakeTransport(), breaker=BREAKER, patience=5.0)
    for _ in range(4):
        waiter = guard.start(query(deadline=now() + 5))
        await asyncio.wait([waiter])
        assert code_of(waiter) == "SUBREQUEST_TIMEOUT"
    assert guard.statistics().circuit is CircuitState.OPEN
