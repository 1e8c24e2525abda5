"""From the parameters of a request to its answer: the text of a persisted query is found, and the executor asked."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from router.cache.debug_access import DebugAccess
from router.errors import ClientError
from router.incident import incident
from router.pipeline import GraphQLRequest, GraphQLResponse, refusal
from router.transport.batch import Batch
from router.transport.executor import GraphQLExecutor
from router.transport.parameters import Parameters
from router.transport.persisted_queries import PersistedQueries

_NOTHING: Final[dict[str, object]] = {}


class Execution:
    """`terms` are what requests of one HTTP request have in common: headers, deadline and the like."""

    def __init__(
        self, executor: GraphQLExecutor, persisted: PersistedQueries, debug: DebugAccess | None = None
    ) -> None:
        self._executor = executor
        self._persisted = persisted
        self._debug = debug

    async def one(
        self, parameters: Parameters, terms: GraphQLRequest, debug: bytes | None = None
    ) -> GraphQLResponse:
        """`debug` is the header by which a client asks where each field came from. Raises ClientError where the request is
        wrong as such."""
        sha256 = self._persisted.hash_of(parameters)
        query = parameters.query
        if query is None and sha256 is not None:
            query = await self._persisted.find(sha256)
            if query is None:
                return refusal(ClientError("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"))
        if query is None:
            raise ClientError(
                "MISSING_QUERY", 'The request has no query. Send one, as in {"query": "{ __typename }"}.'
            )
        traced = debug is not None and self._debug is not None and self._debug.allows(debug, query)
        response = await self._executor.execute(
            msgspec.structs.replace(
                terms,
                query=query,
                operation_name=parameters.operation_name,
                variables=parameters.variables or _NOTHING,
                traced=traced,
                shareable=terms.shareable and not traced,
            )
        )
        if sha256 is not None and parameters.query is not None and response.refused is None:
            await self._persisted.remember(sha256, query)
        return response

    async def all(
        self, batch: Batch, terms: GraphQLRequest, debug: bytes | None = None
    ) -> Sequence[GraphQLResponse]:
        """At the same time. Whatever is wrong with one leaves the others alone."""
        return await asyncio.gather(*(self._element(each, terms, debug) for each in batch))

    async def _element(
        self, sent: Parameters | ClientError, terms: GraphQLRequest, debug: bytes | None
    ) -> GraphQLResponse:
        try:
            if isinstance(sent, ClientError):
                raise sent
            return await self.one(sent, terms, debug)
        except ClientError as error:
            return refusal(error)
        except Exception as error:
            return refusal(incident(error))
