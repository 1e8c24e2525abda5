"""The contract between the transport and whatever answers GraphQL requests."""

from typing import Protocol

from router.pipeline import GraphQLRequest, GraphQLResponse


class GraphQLExecutor(Protocol):
    """The pipeline, or something before it."""

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        """Answers, whatever happens; raises nothing but CancelledError."""
