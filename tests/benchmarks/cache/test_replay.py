"""A short run against a real router and real subgraphs."""

import pytest

from benchmarks.cache.queries import distinct
from benchmarks.cache.replay import (
    ENTITY_QUERIES,
    FIELDS,
    WHOLE_ANSWERS,
    Known,
    OtherAnswerError,
    learn,
    replay,
)
from benchmarks.cache.shares import hit_ratio
from benchmarks.gateway.graphs import own_graph
from benchmarks.gateway.processes import missing_programs
from router.federation.supergraph import Supergraph

pytestmark = pytest.mark.skipif(bool(missing_programs("taskset", "setpriv")), reason="needs util-linux")


async def test_every_cache_is_asked_and_a_wrong_answer_ends_it() -> None:
    graph = own_graph()
    with graph.subgraphs() as subgraphs:
        supergraph = Supergraph.parse(graph.supergraph(subgraphs).read_text())
        known = await learn(supergraph, distinct(supergraph.api_schema, 1), 10)
        steps = [step async for step in replay(supergraph, known, 60, 1)]
        wrong: list[Known] = [each._replace(answer=b"{}") for each in known]
        with pytest.raises(OtherAnswerError):
            [step async for step in replay(supergraph, wrong, 1, 1)]
    assert len(known) == len({each.body for each in known}) == 10
    assert sum(step.is_first for step in steps) == 10
    assert steps[0].shares[FIELDS].hits == 0
    assert 0 < steps[0].shares[FIELDS].calls <= steps[0].uncached_calls
    ratios = [hit_ratio(steps, cache) for cache in (FIELDS, ENTITY_QUERIES, WHOLE_ANSWERS)]
    assert ratios == sorted(ratios, reverse=True)
    last = [step for step in steps if not step.is_first][-1]
    assert last.shares[FIELDS].hits == last.shares[FIELDS].fields
