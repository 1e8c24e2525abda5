"""Single flight, deadlines and cancellation around a transport whose calls end when the test says so."""

import asyncio
from typing import Any

import pytest

from router.upstream.call import Call, Ended
from router.upstream.client_headers import ClientHeaders
from router.upstream.guarded import GuardedTransport, GuardOptions
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse
from tests.upstream.fake_transport import OK, FakeTransport, code_of, mutation, query
from tests.upstream.virtual_loop import settle, virtual_time

HEADER = "x-request-timeout-ms"


def guarded(transport: Any, header: str | None = HEADER, **options: Any) -> GuardedTransport:
    return GuardedTransport("s", transport, GuardOptions(**options), ClientHeaders(header))


def now() -> float:
    return asyncio.get_running_loop().time()


@virtual_time
async def test_equal_queries_share_a_call() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    waiters = [guard.start(query(x_request_id=str(number), authorization="a")) for number in range(3)]
    assert len(transport.calls) == 1
    transport.calls[0].end(OK)
    assert await asyncio.gather(*waiters) == [OK, OK, OK]
    assert (guard.statistics().joined, guard.statistics().in_progress) == (2, 0)


@virtual_time
async def test_a_query_after_the_answer_is_a_new_call() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    for number in range(2):
        waiter = guard.start(query())
        transport.calls[number].end()
        assert await waiter is OK
    assert len(transport.calls) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (query("{a}"), query("{b}")),
        (query(authorization="a"), query(authorization="b")),
        (query(authorization="a"), query()),
        (mutation(), mutation()),
        (query(), SubgraphRequest(query().body, since=5)),
    ],
)
@virtual_time
async def test_what_is_not_equal_is_not_shared(one: SubgraphRequest, other: SubgraphRequest) -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    waiters = [guard.start(one), guard.start(other)]
    results = [SubgraphResponse(b"1"), SubgraphResponse(b"2")]
    for call, result in zip(transport.calls, results, strict=True):
        call.end(result)
    assert await asyncio.gather(*waiters) == results


@pytest.mark.parametrize(
    "outcome", [OK, SubgraphError("SUBREQUEST_CONNECTION_FAILED", "closed without an answer"), None]
)
@virtual_time
async def test_nobody_joins_a_query_from_before_a_mutation(
    outcome: SubgraphResponse | SubgraphError | None,
) -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    old = guard.start(query())
    write = guard.start(mutation())
    before = guard.start(query())
    if outcome is None:
        write.cancel()
    else:
        transport.calls[1].end(outcome)
    await asyncio.wait([write])
    await settle()
    assert write.cancelled() or write.exception() is outcome or write.result() is outcome
    after = guard.start(query())
    joins = guard.start(query())
    answers = [SubgraphResponse(b"old"), SubgraphResponse(b"new")]
    for call, answer in zip(transport.running, answers, strict=True):
        call.end(answer)
    assert await asyncio.gather(old, before, after, joins) == [answers[0]] * 2 + [answers[1]] * 2
    assert guard.statistics().in_progress == 0


@virtual_time
async def test_nothing_is_shared_where_it_is_off() -> None:
    transport = FakeTransport()
    guard = guarded(transport, single_flight=False)
    waiters = [guard.start(query()), guard.start(query())]
    for call in transport.calls:
        call.end()
    await asyncio.gather(*waiters)
    assert len(transport.calls) == 2


@virtual_time
async def test_the_requests_go_on_as_they_are() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    for request in (query(authorization="a"), mutation()):
        waiter = guard.start(request)
        assert transport.calls[-1].request is request
        transport.calls[-1].end()
        await waiter


@virtual_time
async def test_who_leaves_leaves_the_others_alone() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    first, second = guard.start(query()), guard.start(query())
    first.cancel()
    await settle()
    transport.calls[0].end()
    assert await second is OK


@virtual_time
async def test_the_last_who_leaves_ends_the_call() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    for waiter in [guard.start(query()), guard.start(query())]:
        waiter.cancel()
    await settle()
    assert transport.calls[0].future.cancelled()
    waiter = guard.start(query())
    transport.calls[1].end()
    assert await waiter is OK


@virtual_time
async def test_a_task_that_is_cancelled_leaves() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    task = asyncio.create_task(guard.fetch(mutation()))
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert transport.calls[0].future.cancelled()
    assert guard.statistics().in_progress == 0


@virtual_time
async def test_somebody_may_come_while_the_last_one_leaves() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    guard.start(query()).cancel()
    waiter = guard.start(query())
    await settle()
    transport.calls[0].end()
    assert await waiter is OK
    assert len(transport.calls) == 1


@virtual_time
async def test_an_answer_may_come_while_the_last_one_leaves() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    waiter = guard.start(query())
    transport.calls[0].end()
    waiter.cancel()
    await settle()
    assert guard.statistics().in_progress == 0


@virtual_time
async def test_a_failure_is_shared() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    waiters = [guard.start(query()), guard.start(query())]
    transport.calls[0].end(SubgraphError("SUBREQUEST_INVALID_RESPONSE", "m"))
    await settle()
    assert [code_of(waiter) for waiter in waiters] == ["SUBREQUEST_INVALID_RESPONSE"] * 2


@virtual_time
async def test_a_transport_that_only_fetches_will_do() -> None:
    class Fetching:
        async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
            await asyncio.sleep(1)
            return SubgraphResponse(request.body)

    answer = await guarded(Fetching()).fetch(query())
    assert answer.body == b"{a}"


@virtual_time
async def test_a_transport_that_raises_has_failed() -> None:
    class Broken:
        def call(self, _request: SubgraphRequest, _ended: Ended) -> Call:
            raise ValueError("a defect")

    guard = guarded(Broken())
    with pytest.raises(ValueError, match="a defect"):
        await guard.fetch(query())
    assert guard.statistics().in_progress == 0


@virtual_time
async def test_a_call_that_the_transport_cancels_has_failed() -> None:
    transport = FakeTransport()
    waiter = guarded(transport).start(query())
    transport.calls[0].future.cancel()
    await settle()
    assert code_of(waiter) == "SUBREQUEST_CONNECTION_FAILED"
    assert len(transport.calls) == 1


@virtual_time
async def test_each_waiter_has_its_own_deadline() -> None:
    transport = FakeTransport()
    guard = guarded(transport, header=None)
    begin = now()
    waiters = [guard.start(query(deadline=begin + seconds)) for seconds in (2, 1, 3)]
    passed = []
    for waiter in (waiters[1], waiters[0]):
        with pytest.raises(SubgraphError) as raised:
            await waiter
        assert raised.value.code == "SUBREQUEST_TIMEOUT"
        passed.append(round(now() - begin, 3))
    assert passed == [1.0, 2.0]
    transport.calls[0].end()
    assert await waiters[2] is OK


@pytest.mark.parametrize("make", [query, mutation])
@virtual_time
async def test_the_last_deadline_ends_the_call(make: Any) -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    waiter = guard.start(make(deadline=now() + 1))
    await asyncio.wait([waiter])
    assert code_of(waiter) == "SUBREQUEST_TIMEOUT"
    assert transport.calls[0].future.cancelled()
    assert guard.statistics().in_progress == 0


@virtual_time
async def test_a_deadline_that_has_passed_makes_no_call() -> None:
    transport = FakeTransport()
    waiter = guarded(transport).start(query(deadline=now()))
    assert code_of(waiter) == "SUBREQUEST_TIMEOUT"
    assert transport.calls == []


@virtual_time
async def test_the_subgraph_is_told_what_is_left() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    waiter = guard.start(query(deadline=now() + 1.2345, authorization="a", x_request_timeout_ms="9"))
    sent = transport.calls[0].request
    assert sent.headers == {"authorization": "a", HEADER: "1234"}
    assert sent.deadline is None
    transport.calls[0].end()
    await waiter


@virtual_time
async def test_the_subgraph_is_told_nothing_where_no_header_is_named() -> None:
    transport = FakeTransport()
    waiter = guarded(transport, header=None).start(query(deadline=now() + 1, authorization="a"))
    assert transport.calls[0].request == query(authorization="a")
    transport.calls[0].end()
    await waiter


@pytest.mark.parametrize(("told", "wanted", "calls"), [(10, 20, 1), (10, 21, 2), (10, 5, 1), (10, None, 2)])
@virtual_time
async def test_who_has_much_time_does_not_share_with_who_has_little(
    told: float, wanted: float | None, calls: int
) -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    begin = now()
    waiters = [guard.start(query(deadline=begin + told))]
    waiters.append(guard.start(query(deadline=None if wanted is None else begin + wanted)))
    assert len(transport.calls) == calls
    waiters.append(guard.start(query(deadline=begin + told)))
    assert len(transport.calls) == calls
    for call in transport.calls:
        call.end()
    assert await asyncio.gather(*waiters) == [OK, OK, OK]
    assert guard.statistics().in_progress == 0


@virtual_time
async def test_who_has_little_time_may_leave_a_call_that_was_begun_again() -> None:
    transport = FakeTransport()
    guard = guarded(transport)
    short = guard.start(query(deadline=now() + 1))
    long = guard.start(query(deadline=now() + 30))
    await asyncio.wait([short])
    assert code_of(short) == "SUBREQUEST_TIMEOUT"
    assert [call.future.cancelled() for call in transport.calls] == [True, False]
    transport.calls[1].end()
    assert await long is OK
