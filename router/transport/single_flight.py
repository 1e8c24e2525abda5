"""Executes a query once for all requests that ask for the same at the same time."""

import asyncio
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from router.pipeline import GraphQLRequest, GraphQLResponse
from router.transport.executor import GraphQLExecutor
from router.upstream.headers import OF_ONE_REQUEST

_Key: TypeAlias = tuple[str, str | None, bytes, frozenset[tuple[str, str]], bytes]


@dataclass(slots=True, eq=False)
class _Flight:
    task: asyncio.Task[GraphQLResponse]
    waiting: int = 0


class SingleFlight:
    """An executor before another one. Requests are the same with the same text, operation name, variables, headers and token.

    They share one answer, also where that is an error. Whoever leaves leaves the others alone; with the last one the work
    is cancelled. Mutations are never shared.
    """

    def __init__(self, executor: GraphQLExecutor) -> None:
        self._executor = executor
        self._flights: dict[_Key, _Flight] = {}

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """As the executor behind answers the first of those that ask."""
        if not request.shareable or not _can_be_shared(request.query):
            return await self._executor.execute(request)
        key = _key(request)
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.create_task(self._executor.execute(request)))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                del self._flights[key]
                flight.task.cancel()


def _can_be_shared(text: str) -> bool:
    """A document without these words has no such operation. One with the words elsewhere is only not shared."""
    return "mutation" not in text and "subscription" not in text


def _key(request: GraphQLRequest) -> _Key:
    variables = msgspec.json.encode(request.variables) if request.variables else b""
    headers = frozenset(item for item in request.headers.items() if item[0] not in OF_ONE_REQUEST)
    token = request.principal.digest if request.principal is not None else b""
    return request.query, request.operation_name, variables, headers, token
