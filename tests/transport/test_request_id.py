"""One id for a request, wherever it is seen."""

from typing import Any

import pytest


async def sent_and_seen(serve: Any, small_graph: Any, **headers: str) -> tuple[str, str]:
    answer = await (await serve()).post("/graphql", json={"query": "{ languages }"}, headers=headers)
    [(_, request)] = small_graph.requests
    return answer.headers["x-request-id"], request.headers["x-request-id"]


async def test_keeps_the_clients_id(serve: Any, small_graph: Any) -> None:
    assert await sent_and_seen(serve, small_graph, **{"X-Request-Id": "abc-1"}) == ("abc-1", "abc-1")


@pytest.mark.parametrize("given", ["", "two words", "x" * 129, "a,b", "<script>"])
async def test_replaces_an_id_that_is_none(serve: Any, small_graph: Any, given: str) -> None:
    answered, seen = await sent_and_seen(serve, small_graph, **{"X-Request-Id": given})

    assert answered == seen
    assert len(answered) == 32


async def test_errors_have_one_too(serve: Any) -> None:
    answer = await (await serve()).get("/nowhere")

    assert len(answer.headers["x-request-id"]) == 32
