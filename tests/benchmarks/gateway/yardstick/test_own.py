"""The program for the own graph's query, against the graph's subgraphs."""

from collections.abc import Awaitable

from benchmarks.gateway.graphs import ROOT
from benchmarks.gateway.yardstick.client import Call
from benchmarks.gateway.yardstick.own import SUBGRAPHS, OwnProgram
from benchmarks.graph.serve import answer

EXPECTED = (ROOT / "benchmarks" / "graph" / "expected.json").read_bytes()


def subgraph(name: str, asked: list[str]) -> Call:
    async def answered(body: bytes) -> bytes:
        return answer(name, body)

    def call(body: bytes) -> Awaitable[bytes]:
        asked.append(name)
        return answered(body)

    return call


async def test_it_answers_to_the_byte_with_seven_calls() -> None:
    asked: list[str] = []
    program = OwnProgram({name: subgraph(name, asked) for name in SUBGRAPHS})
    assert await program.run() == EXPECTED
    assert sorted(asked) == ["artists", "programme", "programme", "programme", "tickets", "venues", "venues"]


async def test_one_request_leaves_nothing_to_the_next() -> None:
    program = OwnProgram({name: subgraph(name, []) for name in SUBGRAPHS})
    assert await program.run() == await program.run() == EXPECTED
