"""`softfactory sdl`: the services' schemas as files, so that a change of the graph shows in a diff."""

import difflib
from pathlib import Path

from launcher.errors import LaunchError
from launcher.services import load, service_names
from subgraphs.kit import sdl


def export(config: Path) -> list[Path]:
    """Writes schema/subgraphs/<name>.graphql for every service; returns the files that changed."""
    changed = []
    for path, text in _schemas(config).items():
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            changed.append(path)
    return changed


def check(config: Path) -> None:
    """Raises LaunchError with the differences between the files and the code."""
    differences: list[str] = []
    for path, text in _schemas(config).items():
        exported = path.read_text() if path.exists() else ""
        differences += difflib.unified_diff(
            exported.splitlines(),
            text.splitlines(),
            f"{path.name} (file)",
            f"{path.name} (code)",
            lineterm="",
        )
    if differences:
        raise LaunchError(
            "SCHEMA_OUTDATED",
            "\n".join([*differences, "Exported schemas differ from the code: run `make sdl`."]),
        )


def _schemas(config: Path) -> dict[Path, str]:
    folder = config.resolve().parent / "schema" / "subgraphs"
    return {folder / f"{name}.graphql": sdl.export(load(name)) for name in service_names(config)}
