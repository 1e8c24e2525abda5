"""`/metrics` of a router, and of one with several workers."""

import os
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from router.app import create_app
from router.errors import RouterError
from router.settings import RouterSettings
from router.telemetry.metrics import shared_metrics
from router.telemetry.settings import MetricsSettings
from tests.cache.graph import world
from tests.cache.test_caching import SHOP, rows


def settings(**more: object) -> RouterSettings:
    given = {
        "telemetry": {"metrics": {"enabled": True}},
        "cache": {"store": "memory", "policy": {"*": {"maxAge": 60}}},
        **more,
    }
    return RouterSettings.model_validate(given)


def sum_of(text: str, name: str, **labels: str) -> float:
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


async def test_metrics_are_there_when_they_are_asked_for() -> None:
    graph = world(SHOP, rows())
    for enabled in (True, False):
        wanted = settings(telemetry={"metrics": {"enabled": enabled}})
        transports = {name: each._inner for name, each in graph.transports.items()}  # type: ignore[attr-defined]
        app = create_app(wanted, graph.supergraph, transports=transports)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router") as client,
        ):
            before = (await client.get("/metrics")).text
            for _ in range(3):
                answer = await client.post("/graphql", json={"query": "{ products { name } }"})
                assert "errors" not in answer.json()
            found = await client.get("/metrics")
            assert found.status_code == (200 if enabled else 404)
            if enabled:
                assert found.headers["content-type"].startswith("text/plain")
                assert found.headers["cache-control"] == "no-store"
                name, label = (
                    "softfactory_cache_fields_total",
                    {"coordinate": "Product.name", "result": "hit"},
                )
                assert sum_of(found.text, name, **label) - sum_of(before, name, **label) == 6


def test_a_path_that_is_taken_is_refused() -> None:
    graph = world(SHOP, rows())
    for path in ("/graphql", "/health", "/ready", "/invalidation"):
        with pytest.raises(RouterError, match=r"telemetry\.metrics\.path"):
            create_app(
                settings(telemetry={"metrics": {"enabled": True, "path": path}}),
                graph.supergraph,
                transports={},
            )


def test_processes_share_a_directory_that_ends_with_them() -> None:
    with shared_metrics(MetricsSettings(enabled=True)):
        directory = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
        assert directory.is_dir()
        with shared_metrics(MetricsSettings(enabled=True)):
            assert os.environ["PROMETHEUS_MULTIPROC_DIR"] == str(directory)
    assert not directory.exists()
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ
    with shared_metrics(MetricsSettings()):
        assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ
