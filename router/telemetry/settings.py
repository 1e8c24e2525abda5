"""The section `telemetry` of router.yaml."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class MetricsSettings(_Section):
    """For Prometheus, and whatever reads its format: the sums of all workers, whichever of them answers."""

    enabled: bool = False
    """They are for those who run the router: keep the path from everybody else."""
    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/-]+$")] = "/metrics"
    """Where they are, on the router's own port."""


class TelemetrySettings(_Section):
    """What the router tells about itself."""

    metrics: MetricsSettings = MetricsSettings()
