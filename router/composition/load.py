"""From supergraph.yaml to subgraphs: reads schema files, and asks running subgraphs for their SDL."""

import asyncio

import aiohttp

from router.composition.config import (
    ConfigError,
    SchemaFile,
    SchemaText,
    SchemaUrl,
    SubgraphConfig,
    SupergraphConfig,
)
from router.federation.subgraph import Subgraph

SDL_QUERY = "{ _service { sdl } }"
TIMEOUT_SECONDS = 10.0


async def load_subgraphs(
    config: SupergraphConfig, timeout_seconds: float = TIMEOUT_SECONDS
) -> list[Subgraph]:
    """All subgraphs, those that are asked over HTTP at once. Raises ConfigError with every one that fails."""
    timeout = aiohttp.ClientTimeout(total=timeout_seconds)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        results = await asyncio.gather(
            *(_load(session, each) for each in config.subgraphs), return_exceptions=True
        )
    failures = [str(result) for result in results if isinstance(result, ConfigError)]
    if failures:
        raise ConfigError("\n".join(failures))
    subgraphs = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        subgraphs.append(result)
    return subgraphs


async def _load(session: aiohttp.ClientSession, config: SubgraphConfig) -> Subgraph:
    url = config.routing_url or ""
    match config.schema:
        case SchemaText(sdl):
            return Subgraph(config.name, url, sdl)
        case SchemaFile():
            return Subgraph(config.name, url, _read(config.name, config.schema))
        case SchemaUrl(schema_url):
            return Subgraph(config.name, url or schema_url, await _ask(session, config.name, schema_url))


def _read(name: str, source: SchemaFile) -> str:
    try:
        return source.path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"The schema of subgraph {name} cannot be read from {source.path}: {reason}. "
            "Paths are relative to the configuration file."
        ) from error


async def _ask(session: aiohttp.ClientSession, name: str, url: str) -> str:
    """The SDL by `_service`, as every subgraph of the specification answers it."""
    what = f"Subgraph {name} at {url}"
    try:
        async with session.post(url, json={"query": SDL_QUERY}) as response:
            answer = await response.json(content_type=None)
    except TimeoutError as error:
        raise ConfigError(f"{what} did not answer in time. Is it running there?") from error
    except aiohttp.InvalidURL as error:
        raise ConfigError(f"{what}: that is not a URL.") from error
    except aiohttp.ClientError as error:
        raise ConfigError(f"{what} cannot be reached: {error}. Is it running there?") from error
    except ValueError as error:
        raise ConfigError(f"{what} did not answer with JSON. Is it a GraphQL endpoint?") from error
    try:
        sdl = answer["data"]["_service"]["sdl"]
    except (KeyError, TypeError) as error:
        raise ConfigError(f"{what} does not answer {SDL_QUERY}. Is Federation enabled there?") from error
    if not isinstance(sdl, str):
        raise ConfigError(f"{what} answers {SDL_QUERY} without text.")
    return sdl
