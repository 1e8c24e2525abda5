"""Reads the settings from where they are written, and says of a wrong one where that is and what would be right."""

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource, SettingsError

from router.errors import RouterError
from router.settings import ENV_DELIMITER, ENV_PREFIX, RouterSettings

_COMMAND_LINE: Final = "the command line"


class InvalidSettingsError(RouterError):
    """Every wrong setting at once, one per line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("INVALID_SETTINGS", "\n".join(problems))


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    values: dict[str, Any]

    def variable(self, keys: tuple[int | str, ...]) -> str:
        """How a reader finds the key in this source."""
        if self.name == ENV_PREFIX:
            return ENV_PREFIX + ENV_DELIMITER.join(str(key) for key in keys).upper()
        return f"{self.name}: {'.'.join(str(key) for key in keys)}"


def load_settings(file: Path | None = None, given: Mapping[str, Any] | None = None) -> RouterSettings:
    """From a YAML file, then the environment, then what the caller gives. Raises InvalidSettingsError."""
    sources = [_read_file(file), _read_environment(), _Source(_COMMAND_LINE, dict(given or {}))]
    merged: dict[str, Any] = {}
    for source in sources:
        merged = _merge(merged, source.values)
    if "redis_url" not in merged and os.environ.get("REDIS_URL"):
        merged["redis_url"] = os.environ["REDIS_URL"]
    try:
        return RouterSettings(**merged)
    except ValidationError as error:
        problems = [_problem(details, sources) for details in error.errors(include_url=False)]
        raise InvalidSettingsError(problems) from None


def _read_file(file: Path | None) -> _Source:
    if file is None:
        return _Source("defaults", {})
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidSettingsError([f"{file} cannot be read: {error.strerror}."]) from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise InvalidSettingsError([f"{file} is not YAML: {error}"]) from None
    if values is None:
        values = {}
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise InvalidSettingsError([f"{file} must hold keys and values, such as `introspection: false`."])
    return _Source(str(file), _from_folder(file.parent, values))


def _from_folder(folder: Path, values: dict[str, Any]) -> dict[str, Any]:
    """Paths in a file are relative to it, so that the router may be started from anywhere."""
    explorer = values.get("explorer")
    if isinstance(values.get("supergraph"), str):
        values = {**values, "supergraph": folder / values["supergraph"]}
    if isinstance(explorer, dict) and isinstance(explorer.get("examples"), str):
        values = {**values, "explorer": {**explorer, "examples": folder / explorer["examples"]}}
    authentication = values.get("authentication")
    if isinstance(authentication, dict):
        values = {**values, "authentication": _with_key_sets(folder, authentication)}
    subgraphs = values.get("subgraphs")
    if isinstance(subgraphs, dict):
        values = {**values, "subgraphs": {name: _with_files(folder, own) for name, own in subgraphs.items()}}
    return values


def _with_key_sets(folder: Path, authentication: dict[str, Any]) -> dict[str, Any]:
    jwt = authentication.get("jwt")
    if not isinstance(jwt, dict) or not isinstance(issuers := jwt.get("issuers"), list):
        return authentication
    return {**authentication, "jwt": {**jwt, "issuers": [_with_key_set(folder, each) for each in issuers]}}


def _with_key_set(folder: Path, issuer: Any) -> Any:
    jwks = issuer.get("jwks") if isinstance(issuer, dict) else None
    if not isinstance(jwks, dict) or not isinstance(jwks.get("file"), str):
        return issuer
    return {**issuer, "jwks": {**jwks, "file": folder / jwks["file"]}}


def _with_files(folder: Path, subgraph: Any) -> Any:
    tls = subgraph.get("tls") if isinstance(subgraph, dict) else None
    if not isinstance(tls, dict):
        return subgraph
    files = {key: folder / file for key, file in tls.items() if isinstance(file, str)}
    return {**subgraph, "tls": {**tls, **files}}


def _read_environment() -> _Source:
    known = {name.upper() for name in RouterSettings.model_fields}
    written = [name for name in os.environ if name.upper().startswith(ENV_PREFIX)]
    unknown = [name for name in written if name.upper().split(ENV_DELIMITER)[1] not in known]
    if unknown:
        # The library passes over variables that name no field, and a typing error would go unseen.
        raise InvalidSettingsError(
            [f"{name}: unknown. {_suggestion(name.split(ENV_DELIMITER)[1], known)}" for name in unknown]
        )
    try:
        return _Source(ENV_PREFIX, EnvSettingsSource(RouterSettings)())
    except SettingsError as error:
        raise InvalidSettingsError([f"An environment variable {ENV_PREFIX}…: {error}"]) from None


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _problem(details: ErrorDetails, sources: list[_Source]) -> str:
    keys = details["loc"]
    where = next((each for each in reversed(sources) if _holds(each.values, keys)), sources[0])
    if details["type"] == "extra_forbidden":
        return f"{where.variable(keys)}: unknown. {_suggestion(str(keys[-1]), _known_keys(keys[:-1]))}"
    return f"{where.variable(keys)}: {details['msg']}, not {details['input']!r}."


def _holds(values: Any, keys: tuple[int | str, ...]) -> bool:
    for key in keys:
        if not isinstance(values, dict):
            return isinstance(values, list | tuple | str)
        if key not in values:
            return False
        values = values[key]
    return True


def _known_keys(keys: tuple[int | str, ...]) -> set[str]:
    model: type[BaseModel] = RouterSettings
    for key in keys:
        field = model.model_fields.get(str(key))
        annotation = field.annotation if field else None
        arguments = getattr(annotation, "__args__", ())
        candidates = [annotation, *arguments]
        model = next(
            (each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)), model
        )
    return set(model.model_fields)


def _suggestion(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{hint}Known here: {', '.join(sorted(known))}."
