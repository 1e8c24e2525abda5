"""Requests/s, latency, CPU and memory with the cache and without, beside other gateways."""

import argparse
from contextlib import ExitStack

from rich.console import Console

from benchmarks.cache.contenders import cache_contenders
from benchmarks.cache.ratios import cache_ratios
from benchmarks.cache.redis import redis_server, redis_url
from benchmarks.gateway.command import QUERIES, Publication, folders, publish, run
from benchmarks.gateway.contenders import chosen
from benchmarks.gateway.graphs import Graph
from benchmarks.gateway.results import MANY
from benchmarks.gateway.rounds import Plan


def throughput(console: Console, graph: Graph, options: argparse.Namespace) -> None:
    """Measures, prints and writes. Raises NoContenderError, NotStartedError or PackagesMissingError."""
    plan = Plan(options.rounds, options.seconds, (MANY,), options.minutes * 60)
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server())
        if redis is None:
            console.print("without Redis, which is not installed: apt-get install redis-server")
        url = redis_url(redis) if redis is not None else None
        found = chosen(list(cache_contenders(graph, url)), options.contender)
        beside = [redis] if redis is not None else []
        lineup, samples = run(console, graph, found, plan, options.query or QUERIES, beside)
    settings = {"rounds": options.rounds, "seconds": options.seconds}
    publication = Publication(
        "cache", "Requests per second, warm, on one core", settings, folders(options.output)
    )
    publish(console, lineup, samples, cache_ratios(samples), publication)
