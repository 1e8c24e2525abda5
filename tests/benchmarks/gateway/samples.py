"""Samples as a run would have them."""

from benchmarks.gateway.results import Sample
from benchmarks.gateway.wrk import Load


def sample(
    contender: str,
    per_second: int,
    cpu: float,
    *,
    round_: int = 0,
    query: str = "full",
    connections: int = 50,
) -> Sample:
    """A turn of one second; `cpu` in microseconds of a request, latencies of 1,000 and 9,000 microseconds."""
    load = Load(requests=per_second, duration=1_000_000, p50=1_000, p99=9_000)
    return Sample(
        round=round_, contender=contender, query=query, connections=connections,
        load=load, cpu=cpu * per_second / 1e6, memory=50_000_000, foreign=0.1,
    )  # fmt: skip
