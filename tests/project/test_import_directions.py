"""Imports point one way; DESIGN of the rooms: federation <- composition, planner <- compiler <- executor <- transport."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOMAINS = {path.parent.name for path in ROOT.glob("subgraphs/*/__init__.py")} - {"kit"}

# A package and what it must not import. The longest prefix of a module counts.
FORBIDDEN = {
    "router": ("subgraphs", "launcher"),
    "router.cli": ("subgraphs",),
    "router.federation": (
        "router.composition", "router.operation", "router.planner", "router.compiler", "router.executor",
        "router.upstream", "router.cache", "router.transport", "router.app",
    ),
    "router.composition": (
        "router.planner", "router.compiler", "router.executor", "router.upstream", "router.cache",
        "router.transport", "router.app",
    ),
    "router.operation": (
        "router.composition", "router.planner", "router.compiler", "router.executor", "router.upstream",
        "router.cache", "router.transport", "router.app",
    ),
    "router.planner": (
        "router.composition", "router.compiler", "router.executor", "router.upstream", "router.cache",
        "router.transport", "router.app",
    ),
    "router.compiler": (
        "router.composition", "router.executor", "router.upstream", "router.cache", "router.transport", "router.app",
    ),
    "router.upstream": (
        "router.composition", "router.planner", "router.compiler", "router.executor", "router.transport", "router.app",
    ),
    "router.executor": ("router.composition", "router.transport", "router.app"),
    "router.transport": ("router.composition", "router.app"),
    "subgraphs": ("router", "launcher"),
    "subgraphs.kit": tuple(f"subgraphs.{name}" for name in DOMAINS),
    "launcher": tuple(f"subgraphs.{name}" for name in DOMAINS),
}  # fmt: skip


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("router", "subgraphs", "launcher"):
        for path in (ROOT / package).rglob("*.py"):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imports(path: Path) -> Iterator[str]:
    """Every module that is imported, also inside functions, and what is imported from it."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inside(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def violations(module: str, imported: set[str]) -> set[str]:
    rules = [package for package in FORBIDDEN if inside(module, package)]
    # router.cli has a rule of its own in place of the router's; every other rule adds to those above it.
    forbidden = (
        FORBIDDEN["router.cli"] if module == "router.cli" else sum((FORBIDDEN[rule] for rule in rules), ())
    )
    domain = next((name for name in DOMAINS if inside(module, f"subgraphs.{name}")), None)
    others = tuple(f"subgraphs.{name}" for name in DOMAINS if domain and name != domain)
    return {name for name in imported for package in (*forbidden, *others) if inside(name, package)}


@pytest.mark.parametrize(
    ("module", "path"), sorted(modules()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_module_imports_only_what_lies_below_it(module: str, path: Path) -> None:
    assert violations(module, set(imports(path))) == set()


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("router.planner.walk", "router.executor.context"),
        ("router.app", "subgraphs.kit"),
        ("router.app", "launcher"),
        ("router.federation.field_set", "router.planner"),
        ("subgraphs.kit.app", "router"),
        ("launcher.up", "subgraphs.accounts"),
    ],
)
def test_the_rules_can_be_broken(module: str, imported: str) -> None:
    if imported == "subgraphs.accounts" and "accounts" not in DOMAINS:
        pytest.skip("there is no such domain yet")
    assert violations(module, {imported}) == {imported}


def test_the_command_may_use_the_launcher() -> None:
    assert violations("router.cli", {"launcher.commands"}) == set()


def test_no_folder_hides_the_standard_library() -> None:
    for package in ("router", "subgraphs", "launcher"):
        names = {path.name for path in (ROOT / package).rglob("*") if path.is_dir()}
        assert names.isdisjoint({"platform", "http"})
