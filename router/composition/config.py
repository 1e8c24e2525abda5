"""supergraph.yaml: which subgraphs make the graph and where their schemas are. The format is Apollo rover's."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml

from router.errors import JsonValue, RouterError


class ConfigError(RouterError):
    """The file cannot be used. The message names the file, what is wrong in it, and what to write instead."""

    def __init__(self, message: str) -> None:
        super().__init__("INVALID_SUPERGRAPH_CONFIG", message)


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """SDL in a file; the path is absolute."""

    path: Path


@dataclass(frozen=True, slots=True)
class SchemaUrl:
    """A running subgraph that is asked for its SDL."""

    url: str


@dataclass(frozen=True, slots=True)
class SchemaText:
    """SDL in the configuration itself."""

    sdl: str


SchemaSource: TypeAlias = SchemaFile | SchemaUrl | SchemaText


@dataclass(frozen=True, slots=True)
class SubgraphConfig:
    """`routing_url` is where routers send requests; None where the schema's own URL is to be used."""

    name: str
    routing_url: str | None
    schema: SchemaSource


@dataclass(frozen=True, slots=True)
class SupergraphConfig:
    """The whole file, in the order of the file."""

    path: Path
    subgraphs: tuple[SubgraphConfig, ...]
    federation_version: str | None = None


EXAMPLE = """subgraphs:
  products:
    routing_url: http://127.0.0.1:4001/graphql
    schema:
      file: ./products.graphql"""


def load_config(path: Path) -> SupergraphConfig:
    """Reads the file. Raises ConfigError; schema files are not opened yet."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"{path} cannot be read: {reason}. Name the file with --config, or write one:\n{EXAMPLE}"
        ) from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not YAML: {error}") from error
    top = _mapping(path, "the file", content, {"federation_version", "subgraphs"})
    subgraphs = _mapping(path, "subgraphs", top.get("subgraphs"))
    if not subgraphs:
        raise ConfigError(f"{path}: it names no subgraphs. Write at least one:\n{EXAMPLE}")
    version = top.get("federation_version")
    return SupergraphConfig(
        path,
        tuple(_subgraph(path, name, value) for name, value in subgraphs.items()),
        None if version is None else str(version),
    )


def _subgraph(path: Path, name: str, value: JsonValue) -> SubgraphConfig:
    where = f"subgraphs.{name}"
    content = _mapping(path, where, value, {"routing_url", "schema"})
    schema = _mapping(path, f"{where}.schema", content.get("schema"), {"file", "subgraph_url", "sdl"})
    routing_url = content.get("routing_url")
    if routing_url is not None and not isinstance(routing_url, str):
        raise ConfigError(f"{path}: {where}.routing_url must be a URL, not {routing_url!r}.")
    if len(schema) != 1:
        raise ConfigError(f"{path}: {where}.schema must have one of file, subgraph_url and sdl.")
    kind, text = next(iter(schema.items()))
    if not isinstance(text, str) or not text.strip():
        raise ConfigError(f"{path}: {where}.schema.{kind} must be text, not {text!r}.")
    return SubgraphConfig(name, routing_url, _source(path, kind, text))


def _source(path: Path, kind: str, text: str) -> SchemaSource:
    if kind == "file":
        return SchemaFile((path.parent / text).resolve())
    return SchemaUrl(text) if kind == "subgraph_url" else SchemaText(text)


def _mapping(path: Path, where: str, value: JsonValue, known: set[str] | None = None) -> dict[str, JsonValue]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ConfigError(f"{path}: {where} must be a mapping of names to values. For example:\n{EXAMPLE}")
    content = {str(name): each for name, each in value.items()}
    unknown = sorted(content.keys() - known) if known else []
    if unknown:
        raise ConfigError(
            f"{path}: {where} has the unknown key {unknown[0]!r}. Known are {', '.join(sorted(known or ()))}."
        )
    return content
