"""One id for a request, wherever it is seen."""

import re
import subprocess
import sys
from typing import Any

import pytest

from router.transport.request_id import new_ids

HEXADECIMAL = re.compile(r"[0-9a-f]{32}")


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
    assert HEXADECIMAL.fullmatch(answered)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("GET", "/health"), ("PUT", "/graphql"), ("OPTIONS", "/graphql")],
)
async def test_all_answers_have_one(serve: Any, method: str, path: str) -> None:
    client = await serve()

    new = await client.request(method, path)
    given = await client.request(method, path, headers={"x-request-id": "abc-1"})

    assert HEXADECIMAL.fullmatch(new.headers["x-request-id"])
    assert given.headers.get_list("x-request-id") == ["abc-1"]


def test_every_id_is_new() -> None:
    one, other = new_ids(), new_ids()
    ids = [next_id() for _ in range(1000) for next_id in (one, other)]

    assert len(set(ids)) == len(ids)
    assert all(HEXADECIMAL.fullmatch(each) for each in ids)


FORKING = """
import os
from router.transport.request_id import new_ids

new_id = new_ids()
child = os.fork()
if child:
    os.waitpid(child, 0)
os.write(1, f"{new_id()} ".encode())
"""


def test_forked_processes_have_ids_of_their_own() -> None:
    printed = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, check=True, timeout=60)

    of_child, of_parent = printed.stdout.decode().split()
    assert of_child[:20] != of_parent[:20]
