"""`/health`: the process runs. `/ready`: it wants requests."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_UNAVAILABLE: Final = 503


@dataclass(slots=True)
class Readiness:
    """Changes from starting to ready, and from ready to draining."""

    status: str = "starting"

    def open(self) -> None:
        """Requests are welcome."""
        self.status = "ok"

    def drain(self) -> None:
        """Those under way are finished, new ones should go elsewhere."""
        self.status = "draining"


def health_routes(readiness: Readiness) -> list[Route]:
    """For load balancers and container platforms."""

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_request: Request) -> Response:
        return JSONResponse({"status": readiness.status}, 200 if readiness.status == "ok" else _UNAVAILABLE)

    return [Route("/health", health), Route("/ready", ready)]
