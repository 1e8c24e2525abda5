"""Cases of composition as data: subgraphs by name, most without the link that all would repeat."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from router.federation.specification import LATEST, directives_of, types_of
from router.federation.subgraph import Subgraph
from router.federation.version import Version

CASES = Path(__file__).parent / "cases"
VERSION = Version(2, 12)
NOT_SUBGRAPHS = ("code", "why", "federation", "link", "also", "types", "hints", "api")
assert VERSION <= LATEST


@dataclass(frozen=True, slots=True)
class Case:
    """One case: what goes in, and the codes that come out."""

    id: str
    subgraphs: tuple[Subgraph, ...]
    codes: frozenset[str]
    content: Mapping[str, Any]


def link() -> str:
    """The link to Federation that imports everything."""
    names = [f"@{name}" for name in directives_of(VERSION)] + list(types_of(VERSION))
    quoted = ", ".join(f'"{name}"' for name in names)
    return f'extend schema @link(url: "https://specs.apollo.dev/federation/{VERSION}", import: [{quoted}])\n'


def subgraph(name: str, sdl: str, *, linked: bool | None = None) -> Subgraph:
    """A subgraph of Federation 2, linked unless its SDL says something about its schema."""
    if linked is None:
        linked = not sdl.lstrip().startswith(("extend schema", "schema"))
    return Subgraph(name, f"http://127.0.0.1/{name}", (link() if linked else "") + sdl)


def load(name: str) -> list[Case]:
    """The cases of a file in cases/."""
    entries = yaml.safe_load((CASES / name).read_text())
    return [_case(entry) for entry in entries]


def _case(entry: dict[str, Any]) -> Case:
    linked = False if entry.get("federation") == 1 else (True if entry.get("link") else None)
    subgraphs = tuple(
        subgraph(str(key), value, linked=linked) for key, value in entry.items() if key not in NOT_SUBGRAPHS
    )
    codes = frozenset({entry["code"], *entry.get("also", ())}) if "code" in entry else frozenset()
    identity = " ".join(filter(None, (entry.get("code"), entry.get("why"))))
    return Case(identity, subgraphs, codes, entry)
