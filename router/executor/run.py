"""Runs programs, and hands over to the interpreter where an answer is not as a program expects it."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final

import msgspec

from router.compiler.program import Program
from router.compiler.runtime import Deviation
from router.executor.context import ExecutableOperation, ExecutionContext
from router.executor.execute import execute
from router.executor.response import ExecutionResult, encode
from router.planner.nodes import QueryPlan
from router.upstream.subgraph import SubgraphError, SubgraphRequest, SubgraphResponse, SubgraphTransport

_log: Final = logging.getLogger(__name__)
_DEVIATIONS: Final = (Deviation, msgspec.MsgspecError, UnicodeError, SubgraphError, RecursionError)
_PATIENCE: Final = 8
_RETRY_EVERY: Final = 64

Start = Callable[[SubgraphRequest], Awaitable[SubgraphResponse]]


class Runner:
    """A plan with its program, if it has one. Counts how often the program could not go on."""

    __slots__ = ("_in_a_row", "_plan", "_program", "deviations", "failures", "runs")

    def __init__(self, plan: QueryPlan, program: Program | None) -> None:
        self._plan = plan
        self._program = program
        self._in_a_row = 0
        self.runs = 0
        self.deviations = 0
        self.failures = 0

    @property
    def program(self) -> Program | None:
        """None where the plan is interpreted."""
        return self._program

    async def run(self, operation: ExecutableOperation, context: ExecutionContext) -> bytes:
        """The response map. `operation` may differ in literals from the one that was planned. Nothing that a subgraph does raises."""
        self.runs += 1
        if self._program is None or (self._in_a_row > _PATIENCE and self.runs % _RETRY_EVERY):
            return await self._interpret(operation, context)
        call = _Call(self._program, context)
        try:
            body = await self._program.run(call)
        except _DEVIATIONS:
            self.deviations += 1
        except asyncio.CancelledError:
            call.cancel()
            raise
        except Exception:
            # A defect of the compiler must not become the client's: the interpreter knows what is right.
            self.failures += 1
            _log.exception("a program failed:\n%s", self._program.text)
        else:
            self._in_a_row = 0
            return body
        self._in_a_row += 1
        replayed = msgspec.structs.replace(context, transports=call.hand_over())
        return await self._interpret(operation, replayed)

    async def interpret(self, operation: ExecutableOperation, context: ExecutionContext) -> ExecutionResult:
        """As `run`, in any case without the program."""
        return await execute(self._plan, operation, context)

    async def _interpret(self, operation: ExecutableOperation, context: ExecutionContext) -> bytes:
        result = await self.interpret(operation, context)
        if result.errors and context.usage is not None:
            context.usage.never()
        return encode(result)


class _Call:
    """One run. Keeps what was sent, so that nothing is sent twice when the interpreter takes over."""

    __slots__ = ("_context", "_headers", "_over", "_program", "_sent", "_tasks", "variables")

    def __init__(self, program: Program, context: ExecutionContext) -> None:
        self.variables = context.variables
        self._program = program
        self._context = context
        self._headers = context.headers
        self._sent: list[tuple[str, bytes, asyncio.Future[SubgraphResponse]]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._over = False

    def send(self, number: int, body: bytes) -> Awaitable[SubgraphResponse]:
        """Begins a fetch. Raises Deviation for a chain that runs on after the end."""
        service = self._program.services[number]
        transport = self._context.transports.get(service)
        if transport is None or self._over:
            raise Deviation
        context = self._context
        request = SubgraphRequest(
            body,
            self._headers,
            self._program.mutations[number],
            context.deadline,
            context.usage,
            context.claims,
        )
        start = getattr(transport, "start", None)
        future = start(request) if start else asyncio.ensure_future(transport.fetch(request))
        self._sent.append((service, body, future))
        return future

    def spawn(self, chain: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Begins a chain of fetches."""
        task = asyncio.get_running_loop().create_task(chain)
        self._tasks.append(task)
        return task

    def cancel(self) -> None:
        """Nobody waits for the answer."""
        for task in self._tasks:
            task.cancel()
        for _, _, future in self._sent:
            future.cancel()

    def hand_over(self) -> Mapping[str, SubgraphTransport]:
        """Transports that answer what was sent already from what was, or will be, answered."""
        self._over = True
        for task in self._tasks:
            task.add_done_callback(_forget)
        sent: defaultdict[str, defaultdict[bytes, deque[asyncio.Future[SubgraphResponse]]]] = defaultdict(
            lambda: defaultdict(deque)
        )
        for service, body, future in self._sent:
            future.add_done_callback(_forget)
            sent[service][body].append(future)
        transports = self._context.transports
        return {name: _Replaying(transport, sent[name]) for name, transport in transports.items()}


class _Replaying:
    """A subgraph that has been asked some things already."""

    def __init__(
        self,
        transport: SubgraphTransport,
        sent: Mapping[bytes, "deque[asyncio.Future[SubgraphResponse]]"],
    ) -> None:
        self._transport = transport
        self._sent = sent

    async def fetch(self, request: SubgraphRequest) -> SubgraphResponse:
        """Raises SubgraphError."""
        earlier = self._sent.get(request.body)
        return await (earlier.popleft() if earlier else self._transport.fetch(request))


def _forget(future: "asyncio.Future[Any]") -> None:
    """So that nobody is told of an exception that has been dealt with."""
    if not future.cancelled():
        future.exception()
