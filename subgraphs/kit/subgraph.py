"""A running subgraph: the service with its database. HTTP and in-process transports both end in `execute`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from subgraphs.kit.clock import Clock, utc_now
from subgraphs.kit.context import Context
from subgraphs.kit.database import Database
from subgraphs.kit.errors import JsonValue
from subgraphs.kit.rendering import render
from subgraphs.kit.service import Service
from subgraphs.kit.settings import SubgraphSettings


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """`headers` have lower-case names; only `authorization` is read."""

    query: str
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    operation_name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Subgraph:
    """An async context manager: leaving it closes the connections to the database."""

    def __init__(self, service: Service, settings: SubgraphSettings, clock: Clock = utc_now) -> None:
        self.service = service
        self.settings = settings
        self.clock = clock
        self.database = Database.connect(settings)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.database.close()

    async def execute(self, request: GraphQLRequest) -> dict[str, JsonValue]:
        """The response as JSON values. Never raises for what a client sent."""
        result = await self.service.schema.execute(
            request.query,
            variable_values=dict(request.variables),
            context_value=self.context(request.headers),
            operation_name=request.operation_name,
        )
        response: dict[str, JsonValue] = {"data": result.data}
        if result.errors:
            response["errors"] = render(result.errors, self.service.name)
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
