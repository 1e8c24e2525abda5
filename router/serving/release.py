"""What a router serves at a time: settings and the text of a supergraph, read together from where they are written."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from router.errors import RouterError
from router.federation.supergraph import InvalidSupergraphError, Supergraph
from router.settings import RouterSettings
from router.settings_sources import load_settings

_FIXED: Final = ("host", "port", "workers")


@dataclass(frozen=True, slots=True)
class Release:
    """Two releases are equal if they would be served alike. It can travel to another process."""

    settings: RouterSettings
    sdl: str = field(repr=False)

    @property
    def id(self) -> str:
        """Of the supergraph: the same wherever it is served."""
        return supergraph_id(self.sdl)

    def needing_a_restart(self, before: "Release") -> list[str]:
        """Settings that have changed and that one process cannot change while it runs."""
        old, new = before.settings.server, self.settings.server
        found = [f"server.{name}" for name in _FIXED if getattr(old, name) != getattr(new, name)]
        if before.settings.telemetry.metrics.enabled != self.settings.telemetry.metrics.enabled:
            found.append("telemetry.metrics.enabled")
        return found

    def load(self) -> Supergraph:
        """Takes a second of processor time for 1,000 entities. Raises RouterError INVALID_SUPERGRAPH."""
        return parse_supergraph(self.sdl, self.settings.supergraph)


class Source:
    """Where releases come from. The command line and the environment stay the same, files may change."""

    def __init__(self, config: Path | None = None, given: Mapping[str, Any] | None = None) -> None:
        self._config = config
        self._given = dict(given or {})

    def read(self) -> Release:
        """Raises RouterError: INVALID_SETTINGS, SUPERGRAPH_NOT_FOUND or SUPERGRAPH_NOT_READABLE."""
        settings = load_settings(self._config, self._given)
        return Release(settings, read_supergraph(settings.supergraph))

    def files(self, release: Release) -> tuple[Path, ...]:
        """Those that a release like this one is read from."""
        named = (self._config, release.settings.supergraph)
        return tuple(file for file in named if file is not None)


def read_supergraph(file: Path | None) -> str:
    """Raises RouterError SUPERGRAPH_NOT_FOUND or SUPERGRAPH_NOT_READABLE."""
    if file is None:
        raise RouterError("SUPERGRAPH_NOT_FOUND", "No supergraph is given. Name one with --supergraph FILE.")
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RouterError(
            "SUPERGRAPH_NOT_FOUND", f"There is no {file}. `softfactory compose --output {file}` makes one."
        ) from None
    except (OSError, UnicodeError) as error:
        raise RouterError("SUPERGRAPH_NOT_READABLE", f"{file} cannot be read: {error}") from None


def parse_supergraph(sdl: str, file: Path | None) -> Supergraph:
    """Raises RouterError INVALID_SUPERGRAPH, which names the file."""
    try:
        supergraph = Supergraph.parse(sdl)
        # Built now, so that a schema that is not valid is known before anybody asks, and nobody waits for it.
        _ = supergraph.api_schema, supergraph.graphs_of
    except InvalidSupergraphError as error:
        raise RouterError(error.code, f"{file}: {error.message}") from None
    return supergraph


def supergraph_id(sdl: str) -> str:
    """The beginning of the text's SHA-256, which says nothing about it."""
    return hashlib.sha256(sdl.encode()).hexdigest()[:16]
