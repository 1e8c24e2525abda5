"""Which services the graph has: the names in supergraph.yaml, each a package `subgraphs.<name>` with a `SERVICE`."""

from importlib import import_module
from pathlib import Path

import yaml

from launcher.errors import LaunchError
from subgraphs.kit.service import Service


def service_names(config: Path) -> tuple[str, ...]:
    """In the order of the file."""
    try:
        content = yaml.safe_load(config.read_text())
    except FileNotFoundError:
        raise LaunchError(
            "CONFIG_MISSING",
            f"There is no {config}. Run this in the project's folder, or give --config FILE.",
        ) from None
    except yaml.YAMLError as error:
        raise LaunchError("CONFIG_INVALID", f"{config} is not YAML: {error}") from None
    subgraphs = content.get("subgraphs") if isinstance(content, dict) else None
    if not isinstance(subgraphs, dict) or not subgraphs:
        raise LaunchError(
            "CONFIG_INVALID", f"{config} has no `subgraphs`: a mapping of names to their settings."
        )
    return tuple(str(name) for name in subgraphs)


def load(name: str) -> Service:
    """Imports the service's package."""
    package = f"subgraphs.{name}"
    try:
        module = import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise LaunchError("SERVICE_UNKNOWN", f"There is no service {name!r}: no package {package}.") from None
    service = getattr(module, "SERVICE", None)
    if not isinstance(service, Service):
        raise LaunchError("SERVICE_UNKNOWN", f"{package} is not a service: it has no `SERVICE`.")
    return service
