"""When a request has to be answered: at the latest after the time in the settings, earlier if its client says so."""

import asyncio
from dataclasses import dataclass, field

import pytest

from router.pipeline import GraphQLRequest, GraphQLResponse
from router.transport.endpoint import EndpointOptions, GraphQLEndpoint
from router.transport.persisted_queries import PersistedQueries
from router.transport.single_flight import SingleFlight
from tests.transport.raw_client import RawRequest, exchange

BODY = b'{"query":"{a}"}'


@dataclass
class Keeping:
    """Answers, and keeps the requests."""

    requests: list[GraphQLRequest] = field(default_factory=list)

    async def execute(self, request: GraphQLRequest) -> GraphQLResponse:
        self.requests.append(request)
        await asyncio.sleep(0)
        return GraphQLResponse(b"{}")


def request(*headers: tuple[bytes, bytes]) -> RawRequest:
    return RawRequest(headers=((b"content-type", b"application/json"), *headers), body=(BODY,))


# the client's header, seconds that are left
ASKED = [(None, 40), (b"1500", 1.5), (b"999999999", 40), (b"0", 0), (b"-1", 40), (b"soon", 40), (b"", 40)]


@pytest.mark.parametrize(("value", "seconds"), ASKED)
async def test_a_client_may_ask_for_less_time_and_never_for_more(value: bytes | None, seconds: float) -> None:
    keeping = Keeping()
    endpoint = GraphQLEndpoint(keeping, PersistedQueries(None), EndpointOptions(request_timeout=40))
    before = asyncio.get_running_loop().time()
    await exchange(endpoint, request(*([(b"x-request-timeout-ms", value)] if value is not None else [])))
    after = asyncio.get_running_loop().time()
    [seen] = keeping.requests
    assert seen.deadline is not None
    assert before + seconds <= seen.deadline <= after + seconds


async def test_another_name_or_none() -> None:
    keeping = Keeping()
    for header in ("x-patience", None):
        options = EndpointOptions(request_timeout=40, deadline_header=header)
        endpoint = GraphQLEndpoint(keeping, PersistedQueries(None), options)
        await exchange(endpoint, request((b"x-patience", b"1"), (b"x-request-timeout-ms", b"1")))
    now = asyncio.get_running_loop().time()
    named, unnamed = (seen.deadline for seen in keeping.requests)
    assert named is not None
    assert unnamed is not None
    assert named < now + 20 < unnamed


async def test_who_asks_for_less_time_does_not_share_an_answer() -> None:
    keeping = Keeping()
    endpoint = GraphQLEndpoint(SingleFlight(keeping), PersistedQueries(None), EndpointOptions())
    await asyncio.gather(
        *(exchange(endpoint, request()) for _ in range(3)),
        *(exchange(endpoint, request((b"x-request-timeout-ms", b"50"))) for _ in range(2)),
    )
    assert len(keeping.requests) == 3
