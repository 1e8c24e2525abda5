"""The program for the public benchmark's query, where its files are beside the project."""

import pytest

from benchmarks.gateway.graphs import FULL, SHARED, shared_graph
from benchmarks.gateway.packages import PackagesMissingError
from benchmarks.gateway.processes import missing_programs
from benchmarks.gateway.yardstick.client import Pool, SingleFlight
from benchmarks.gateway.yardstick.public import SUBGRAPHS, PublicProgram

pytestmark = [
    pytest.mark.skipif(not SHARED.exists(), reason="needs the public benchmark in ../shared/bench"),
    pytest.mark.skipif(
        bool(missing_programs("node", "npm", "taskset", "setpriv")), reason="needs Node.js with npm"
    ),
]


@pytest.mark.parametrize("single_flight", [False, True])
async def test_it_answers_to_the_byte(single_flight: bool) -> None:
    graph = shared_graph()
    try:
        with graph.subgraphs() as server:
            pools = {name: Pool(f"{server.url}/{name}") for name in SUBGRAPHS}
            calls = {
                name: SingleFlight(pool.call).call if single_flight else pool.call
                for name, pool in pools.items()
            }
            answer = await PublicProgram(calls).run()
            for pool in pools.values():
                pool.close()
    except PackagesMissingError as error:
        pytest.skip(str(error))
    assert answer == graph.queries[FULL].expected
