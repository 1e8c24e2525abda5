"""`/health`: the process runs, and what it serves. `/ready`: it wants requests."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from router.errors import JsonValue

_UNAVAILABLE: Final = 503


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(slots=True)
class Readiness:
    """Changes from starting to ready, and from either to draining."""

    status: str = "starting"

    def open(self) -> None:
        """Requests are welcome, unless the process is about to end already."""
        if self.status == "starting":
            self.status = "ok"

    def drain(self) -> None:
        """Those under way are finished, new ones should go elsewhere."""
        self.status = "draining"


class Reloads:
    """Why the process does not serve what is written, if so. Clients get the code; the log has the message."""

    def __init__(self, now: Callable[[], str] = _now) -> None:
        self._now = now
        self._error: dict[str, str] | None = None

    def note(self, code: str | None) -> None:
        """None: what is written is served."""
        if code is None:
            self._error = None
        elif self._error is None or self._error["code"] != code:
            self._error = {"code": code, "at": self._now()}

    def to_json(self) -> JsonValue:
        """For /health."""
        return self._error


@dataclass(frozen=True, slots=True)
class ServedGraph:
    """Which supergraph an application serves, and since when."""

    id: str
    loaded_at: str

    @classmethod
    def now(cls, supergraph_id: str) -> "ServedGraph":
        """From this moment on."""
        return cls(supergraph_id, _now())


def health_routes(readiness: Readiness, graph: ServedGraph, reloads: Reloads) -> list[Route]:
    """For load balancers and container platforms."""

    async def health(_request: Request) -> Response:
        served = {"id": graph.id, "loaded_at": graph.loaded_at}
        return JSONResponse(
            {"status": "ok", "supergraph": served, "last_reload_error": reloads.to_json()},
        )

    async def ready(_request: Request) -> Response:
        return JSONResponse({"status": readiness.status}, 200 if readiness.status == "ok" else _UNAVAILABLE)

    return [Route("/health", health), Route("/ready", ready)]
