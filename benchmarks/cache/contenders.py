"""Who is measured: gateways without a cache, our router with its own, and Hive's with its cache of whole answers."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.gateway.contenders import Command, Contender, contenders
from benchmarks.gateway.graphs import ARTIFACTS, FULL, Graph

_SECONDS: Final = 600
_SHARE_OF_ANSWERS: Final = 4
"""Whole answers take up to this part of a process's memory (router/cache/field_cache.py)."""


def cache_contenders(graph: Graph, redis: str | None) -> Iterator[Contender]:
    """`redis` is a URL; without one nobody is there who needs it. Nobody shares what is under way."""
    for each in contenders(graph):
        if each.flight != "off" or each.family == "yardstick":
            continue
        yield each
        if each.family == "softfactory":
            yield from _with_field_cache(each, graph, redis)
        elif each.family.startswith("hive"):
            yield replace(
                each,
                flight="cache",
                title=f"{each.title}, response cache",
                env={**each.env, "RESPONSE_CACHE": "1"},
            )


def _with_field_cache(router: Contender, graph: Graph, redis: str | None) -> Iterator[Contender]:
    roomy = _settings("roomy", {})
    yield replace(
        router,
        flight="memory",
        title="in memory, whole answers in front of the fields",
        command=_with(router.command, roomy, "memory"),
    )
    # So little memory that the full answer is too large to be kept whole.
    tight = _settings("tight", {"memory_bytes": _SHARE_OF_ANSWERS * len(graph.queries[FULL].expected)})
    yield replace(
        router,
        flight="fields",
        title="in memory, fields only",
        command=_with(router.command, tight, "memory"),
        only=FULL,
    )
    if redis is not None:
        yield replace(
            router,
            flight="redis",
            title="in Redis, with a copy in memory and whole answers",
            command=_with(router.command, roomy, redis),
        )
        yield replace(
            router,
            flight="far",
            title="in Redis, nothing in memory",
            command=_with(router.command, _settings("far", {"memory_bytes": 0}), redis),
        )


def _with(command: Command, settings: Path, store: str) -> Command:
    def with_cache(supergraph: Path, port: int, subgraphs: str) -> list[str]:
        return [*command(supergraph, port, subgraphs), "--config", str(settings), "--cache", store]

    return with_cache


def _settings(name: str, cache: dict[str, int]) -> Path:
    """Everything may be kept."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    file = ARTIFACTS / f"cache-{name}.yaml"
    file.write_bytes(msgspec.json.encode({"cache": {"policy": {"*": {"maxAge": _SECONDS}}, **cache}}))
    return file
