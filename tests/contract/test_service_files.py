"""Every service: the same files, SQL in its place, its schema checked in."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from subgraphs.kit import sdl
from subgraphs.kit.service import Service

MODULES = (
    "models",
    "repository",
    "loaders",
    "rules",
    "service",
    "types",
    "schema",
    "errors",
    "cache_policy",
    "seed",
)
SQL_MODULES = ("models.py", "repository.py", "models", "repository")


def folder(root: Path, service: Service) -> Path:
    return root / "subgraphs" / service.name


def imports(module: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(module.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def test_the_name_is_that_of_the_package(service: Service, service_name: str) -> None:
    assert service.name == service_name


@pytest.mark.parametrize("module", MODULES)
def test_it_has_the_files_of_all_services(root: Path, service: Service, module: str) -> None:
    place = folder(root, service)
    assert (place / f"{module}.py").is_file() or (place / module / "__init__.py").is_file()


def test_it_has_a_readme(root: Path, service: Service) -> None:
    assert (folder(root, service) / "README.md").is_file()


def test_sql_is_written_in_the_repository_only(root: Path, service: Service) -> None:
    place = folder(root, service)
    offenders = [
        str(module.relative_to(place))
        for module in place.rglob("*.py")
        if module.relative_to(place).parts[0] not in (*SQL_MODULES, "migrations")
        and any(name.split(".")[0] in ("sqlalchemy", "asyncpg") for name in imports(module))
    ]
    assert offenders == []


def test_nothing_commits_but_the_unit_of_work(root: Path, service: Service) -> None:
    calls = [
        f"{module.name}:{node.lineno}"
        for module in folder(root, service).rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    ]
    assert calls == []


def test_the_schema_is_checked_in(root: Path, service: Service) -> None:
    checked_in = (root / "schema" / "subgraphs" / f"{service.name}.graphql").read_text()
    assert sdl.export(service) == checked_in, f"run: python -m subgraphs.kit.sdl {service.name}"


def test_the_schema_is_the_same_in_every_process(root: Path, service: Service) -> None:
    program = f"from subgraphs.{service.name} import SERVICE as s; from subgraphs.kit.sdl import export; print(export(s), end='')"
    printed = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed == sdl.export(service)
