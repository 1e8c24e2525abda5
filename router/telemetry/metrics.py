"""`/metrics`: what all processes of a router have counted, in the format of Prometheus."""

import asyncio
import os
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from router.errors import RouterError
from router.telemetry.settings import MetricsSettings

_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
FLUSH_SECONDS: Final = 1.0


@contextmanager
def shared_metrics(settings: MetricsSettings) -> Iterator[None]:
    """Workers that are forked inside count together. Nothing may have imported prometheus_client before."""
    if not settings.enabled or _DIRECTORY in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="softfactory-metrics-") as directory:
        os.environ[_DIRECTORY] = directory
        try:
            yield
        finally:
            del os.environ[_DIRECTORY]


def metrics_routes(
    settings: MetricsSettings, flush: Callable[[], None], taken: Container[str]
) -> list[Route]:
    """None where they are off. Raises RouterError INVALID_SETTINGS for a path that is taken."""
    if not settings.enabled:
        return []
    if settings.path in taken:
        raise RouterError(
            "INVALID_SETTINGS", f"telemetry.metrics.path: something else is at {settings.path}."
        )

    async def answer(_: Request) -> Response:
        flush()
        body, media_type = await asyncio.to_thread(_exposed)
        return Response(body, headers={"cache-control": "no-store", "content-type": media_type})

    return [Route(settings.path, answer, methods=["GET"])]


async def keep_flushing(flush: Callable[[], None]) -> None:
    """Until it is cancelled, so that whichever worker is asked knows of what the others have counted."""
    while True:
        await asyncio.sleep(FLUSH_SECONDS)
        flush()


def _exposed() -> tuple[bytes, str]:
    from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    directory = os.environ.get(_DIRECTORY)
    if directory is None:
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    _forget_the_dead(Path(directory))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _forget_the_dead(directory: Path) -> None:
    """What a process had at the moment ends with it; what it has counted stays."""
    for file in directory.glob("gauge_live*_*.db"):
        pid = file.stem.rpartition("_")[2]
        with suppress(ProcessLookupError, PermissionError, ValueError):
            os.kill(int(pid), 0)
            continue
        with suppress(FileNotFoundError):
            file.unlink()
