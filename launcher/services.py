"""Which services the graph has: the names in supergraph.yaml, each a package `subgraphs.<name>` with a `SERVICE`."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from pydantic import ValidationError

from launcher.errors import LaunchError
from subgraphs.kit.service import Service
from subgraphs.kit.settings import MissingSetting, SubgraphSettings


def service_names(config: Path) -> tuple[str, ...]:
    """In the order of the file."""
    return tuple(_subgraphs(config))


def routing_port(config: Path, name: str) -> int:
    """Where the graph expects a service that runs alone; 0 when it does not say."""
    settings = _subgraphs(config).get(name) if config.exists() else None
    url = settings.get("routing_url") if isinstance(settings, dict) else None
    return urlsplit(str(url)).port or 0


def settings_of(name: str, environment: Mapping[str, str]) -> SubgraphSettings:
    """A service's settings, or a sentence on what is wrong with them."""
    try:
        return SubgraphSettings.for_service(name, environment)
    except MissingSetting as error:
        raise LaunchError("SETTINGS_INVALID", str(error)) from None
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}" for each in error.errors()
        )
        raise LaunchError("SETTINGS_INVALID", f"The settings of {name} are not valid. {wrong}") from None


def _subgraphs(config: Path) -> dict[str, Any]:
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
    return {str(name): settings for name, settings in subgraphs.items()}


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
