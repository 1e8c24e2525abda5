"""Whatever happens in whatever order: everybody gets one outcome that was meant for them, and nothing is left behind."""

import asyncio
from dataclasses import dataclass, field
from typing import TypeAlias

from hypothesis import example, given, settings
from hypothesis import strategies as st

from router.upstream.circuit_breaker import BreakerOptions
from router.upstream.client_headers import ClientHeaders
from router.upstream.guarded import GuardedTransport, GuardOptions
from router.upstream.retry import RetryOptions, Surroundings
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse
from tests.upstream.fake_transport import Call, FakeTransport, mutation, query
from tests.upstream.virtual_loop import in_virtual_time, settle

Step: TypeAlias = tuple[str, int, float]

REQUESTS = (query("{a}", authorization="1"), query("{a}", authorization="2"), query("{b}"), mutation())
KINDS = ("answer", "unavailable", "refused", "timeout", "invalid")
OWN_CODES = {"SUBREQUEST_TIMEOUT", "SUBREQUEST_CIRCUIT_OPEN"}


def outcome_of(kind: str) -> SubgraphResponse | SubgraphError:
    """A new object each time, so that it can be told whose it was."""
    if kind == "answer":
        return SubgraphResponse(b"{}")
    if kind == "unavailable":
        return SubgraphResponse(b"", 503)
    code = {
        "refused": "SUBREQUEST_CONNECTION_FAILED",
        "timeout": "SUBREQUEST_TIMEOUT",
        "invalid": "SUBREQUEST_INVALID_RESPONSE",
    }
    return SubgraphError(code[kind], "m")


@dataclass
class Waiter:
    """Somebody who asked."""

    kind: int
    asked: int
    deadline: float | None
    future: asyncio.Future[SubgraphResponse]


@dataclass
class Story:
    """Runs the steps, and keeps what happened at which of them."""

    guard: GuardedTransport
    transport: FakeTransport
    waiters: list[Waiter] = field(default_factory=list)
    ended: list[tuple[int, Call, SubgraphResponse | SubgraphError]] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    """The steps at which somebody learned how a mutation ended."""
    step: int = 0

    async def run(self, steps: list[Step]) -> None:
        for kind, number, amount in steps:
            self.next_step()
            if kind == "start":
                self.start(number % len(REQUESTS), amount)
            elif kind == "cancel" and self.waiters:
                self.waiters[number % len(self.waiters)].future.cancel()
            elif kind == "wait":
                await asyncio.sleep(amount)
            elif kind == "turn":
                await asyncio.sleep(0)
            elif kind == "settle":
                await settle()
                self.check_running()
            elif kind in KINDS and self.transport.running:
                self.end(self.transport.running[number % len(self.transport.running)], kind)

    async def finish(self) -> None:
        for _ in range(100):
            await asyncio.sleep(1)
            self.next_step()
            for call in self.transport.running:
                self.end(call, "answer")
        await settle()

    def next_step(self) -> None:
        self.step += 1
        self.transport.moment = self.step

    def start(self, kind: int, seconds: float) -> None:
        base = REQUESTS[kind]
        deadline = asyncio.get_running_loop().time() + seconds if seconds else None
        # Equal, but not the same object.
        request = SubgraphRequest(bytes(bytearray(base.body)), {**base.headers}, base.mutation, deadline)
        future = self.guard.start(request)
        self.waiters.append(Waiter(kind, self.step, deadline, future))
        if base.mutation:
            future.add_done_callback(lambda _: self.written.append(self.step))

    def end(self, call: Call, kind: str) -> None:
        outcome = outcome_of(kind)
        self.ended.append((self.step, call, outcome))
        call.end(outcome)

    def check_running(self) -> None:
        """No call that nobody waits for."""
        for kind in range(len(REQUESTS)):
            waiting = sum(each.kind == kind and not each.future.done() for each in self.waiters)
            running = sum(kind_of(call) == kind for call in self.transport.running)
            assert running <= waiting
            assert running == waiting or not REQUESTS[kind].mutation

    def check_waiter(self, waiter: Waiter) -> None:
        assert waiter.future.done()
        if waiter.future.cancelled():
            return
        outcome = waiter.future.exception() or waiter.future.result()
        last_write = max((step for step in self.written if step < waiter.asked), default=0)
        meant = [
            ended
            for step, call, ended in self.ended
            if ended is outcome
            and kind_of(call) == waiter.kind
            and step >= waiter.asked
            and call.begun >= last_write
        ]
        if not meant:
            assert isinstance(outcome, SubgraphError)
            assert outcome.code in OWN_CODES
            assert outcome.code != "SUBREQUEST_TIMEOUT" or waiter.deadline is not None

    def check_mutations(self) -> None:
        """Each was sent once, and has an outcome of its own."""
        own = [each.future for each in self.waiters if REQUESTS[each.kind].mutation]
        calls = [call for call in self.transport.calls if call.request.mutation]
        outcomes = [id(each.exception() or each.result()) for each in own if not each.cancelled()]
        assert len(calls) <= len(own)
        assert len(set(outcomes)) == len(outcomes)


def kind_of(call: Call) -> int:
    told = {name: value for name, value in call.request.headers.items() if name != "x-deadline"}
    found = (call.request.body, told, call.request.mutation)
    return next(
        kind for kind, each in enumerate(REQUESTS) if found == (each.body, dict(each.headers), each.mutation)
    )


STEP = st.one_of(
    st.tuples(st.just("start"), st.integers(0, 3), st.sampled_from([0.0, 0.0, 0.3, 1.0, 60.0])),
    st.tuples(st.just("cancel"), st.integers(0, 20), st.just(0.0)),
    st.tuples(st.sampled_from(KINDS), st.integers(0, 20), st.just(0.0)),
    st.tuples(st.sampled_from(["turn", "turn", "settle"]), st.just(0), st.just(0.0)),
    st.tuples(st.just("wait"), st.just(0), st.sampled_from([0.01, 0.2, 0.5, 2.0])),
)


# The call that failed is over and was sent again, when another failure opens the circuit, and somebody else asks.
TOO_LATE_TO_JOIN: list[Step] = [
    ("start", 2, 0.0),
    ("start", 0, 1.0),
    ("unavailable", 0, 0.0),
    ("wait", 0, 2.0),
    ("answer", 0, 0.0),
    ("start", 2, 0.0),
]


@settings(max_examples=400, deadline=None)
@example(TOO_LATE_TO_JOIN, 2, BreakerOptions(window=4, min_calls=2, probes=1))
@given(
    st.lists(STEP, max_size=50),
    st.sampled_from([1, 2, 4]),
    st.sampled_from([BreakerOptions(enabled=False), BreakerOptions(window=4, min_calls=2, probes=1)]),
)
def test_any_order(steps: list[Step], attempts: int, breaker: BreakerOptions) -> None:
    async def story() -> None:
        transport = FakeTransport()
        guard = GuardedTransport(
            "s",
            transport,
            GuardOptions(retry=RetryOptions(attempts, 0.3), breaker=breaker, patience=0.9),
            ClientHeaders("x-deadline"),
            Surroundings(random=lambda: 0.5),
        )
        found = Story(guard, transport)
        await found.run(steps)
        await found.finish()
        for waiter in found.waiters:
            found.check_waiter(waiter)
        found.check_mutations()
        found.check_running()
        assert guard.statistics().in_progress == 0

    in_virtual_time(story())
