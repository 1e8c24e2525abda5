"""A running subgraph: the service with its database. HTTP and in-process transports both end in `execute`."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Self

from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types.execution import PreExecutionError

from subgraphs.kit.clock import Clock, utc_now
from subgraphs.kit.context import Context
from subgraphs.kit.database import Database
from subgraphs.kit.errors import JsonValue
from subgraphs.kit.event_stream import EventStream
from subgraphs.kit.relay import Relay, RelayOptions
from subgraphs.kit.rendering import render, request_error
from subgraphs.kit.service import Service
from subgraphs.kit.settings import SubgraphSettings

NO_OPERATION: Final = (
    "There is no such operation in the document. Send one, and its name if there are several."
)


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """`headers` have lower-case names; only `authorization` is read."""

    query: str
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    operation_name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Subgraph:
    """An async context manager: inside it events are published, where there is a Redis; leaving it closes all connections."""

    def __init__(self, service: Service, settings: SubgraphSettings, clock: Clock = utc_now) -> None:
        self.service = service
        self.settings = settings
        self.clock = clock
        self.database = Database.connect(settings)
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._open.push_async_callback(self.database.close)
        if self.settings.redis_url is not None:
            stream = EventStream(self.settings.redis_url, self.settings, self.service.name)
            options = RelayOptions(timedelta(seconds=self.settings.outbox_retention_seconds))
            relay = Relay(self.database, self.service.outbox, stream, options)
            await self._open.enter_async_context(relay.running())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def execute(self, request: GraphQLRequest) -> dict[str, JsonValue]:
        """The response as JSON values. Never raises for what a client sent."""
        try:
            result = await self.service.schema.execute(
                request.query,
                variable_values=dict(request.variables),
                context_value=self.context(request.headers),
                operation_name=request.operation_name,
            )
        except (MissingQueryError, CannotGetOperationTypeError):
            return request_error("OPERATION_RESOLUTION_FAILURE", NO_OPERATION)
        response: dict[str, JsonValue] = {"data": result.data}
        if result.errors:
            executed = not isinstance(result, PreExecutionError)
            response["errors"] = render(result.errors, self.service.name, executed=executed)
        if result.extensions:
            response["extensions"] = result.extensions
        return response

    async def token_for(self, email: str) -> str:
        """An access token for a user of this service. Raises NotFound, or LookupError if it keeps no accounts."""
        if self.service.token_for is None:
            raise LookupError(f"{self.service.name} keeps no accounts")
        return await self.service.token_for(self.context({}), email)

    def context(self, headers: Mapping[str, str]) -> Context[Any]:
        """The context of one request."""
        service = self.service
        return Context(self.database, self.settings, self.clock, headers, service.outbox, service.loaders)
