"""The four subgraphs over HTTP in one process: `python -m benchmarks.graph.serve`, at 127.0.0.1:4810/<name>.

The server remembers answers by their requests, so that a call costs next to nothing and what is measured is the router.
"""

import argparse
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from graphql import GraphQLSchema, build_schema, graphql_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.graph import bare_server
from benchmarks.graph.world import Artist, Info, duty, load, price, surcharge

FOLDER = Path(__file__).parent
PORT = 4810

# What federation adds to a subgraph's schema: https://www.apollographql.com/docs/graphos/reference/federation/subgraph-spec
_FEDERATION = """
schema { query: Query }
directive @link(url: String!, import: [String]) repeatable on SCHEMA
directive @key(fields: String!) repeatable on OBJECT
directive @external on FIELD_DEFINITION
directive @requires(fields: String!) on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
directive @shareable on FIELD_DEFINITION
scalar _Any
union _Entity = %s
type Query { _entities(representations: [_Any!]!): [_Entity]! }
"""
_ENTITIES = {
    "artists": ("Artist",),
    "programme": ("Concert", "Venue", "Artist"),
    "tickets": ("Concert", "Section", "Artist"),
    "venues": ("City", "Venue", "Section"),
}

Representation = Mapping[str, Any]


class UnnamedArtist:
    """An artist as the programme knows it, when another subgraph asks: the name is not its own to tell."""

    def __init__(self, artist: Artist) -> None:
        self.id = artist.id
        self.concerts = artist.concerts

    def name(self, _info: Info) -> str:
        raise LookupError("The programme provides names in Concert.artists only")


class TicketedConcert:
    """A concert as the box office knows it: by what the representation says, and nothing else."""

    def __init__(self, representation: Representation) -> None:
        self.id = representation["id"]
        self._representation = representation

    def price(self, _info: Info) -> dict[str, Any]:
        return price(self._representation["minutes"])

    def surcharge(self, _info: Info) -> int:
        return surcharge(self._representation["minutes"], self._representation["venue"]["capacity"])


class DutiableArtist:
    """An artist as the box office knows it: likewise."""

    def __init__(self, representation: Representation) -> None:
        self.id = representation["id"]
        self._representation = representation

    def duty(self, _info: Info) -> int:
        return duty(self._representation["country"])


_OWN_VIEWS: Mapping[tuple[str, str], Callable[[Representation], Any]] = {
    ("programme", "Artist"): lambda found: UnnamedArtist(load().find("Artist", found)),
    ("tickets", "Concert"): TicketedConcert,
    ("tickets", "Artist"): DutiableArtist,
}


_TYPES = {UnnamedArtist: "Artist", DutiableArtist: "Artist", TicketedConcert: "Concert"}


@cache
def schema_of(name: str) -> GraphQLSchema:
    """Executable, with `_entities`."""
    sdl = (FOLDER / "subgraphs" / f"{name}.graphql").read_text()
    return build_schema(sdl + _FEDERATION % " | ".join(_ENTITIES[name]))


def answer(name: str, body: bytes) -> bytes:
    """The response to a request, both as JSON. Raises KeyError for a subgraph that is not there."""
    if name not in _ENTITIES:
        raise KeyError(name)
    request = msgspec.json.decode(body)
    world = load()

    def entity(found: Representation) -> Any:
        own_view = _OWN_VIEWS.get((name, found["__typename"]))
        return own_view(found) if own_view else world.find(found["__typename"], found)

    root = {
        "cities": world.cities,
        "concerts": world.concerts,
        "artists": world.artists,
        "_entities": lambda _info, representations: [entity(found) for found in representations],
    }
    result = graphql_sync(
        schema_of(name), request["query"], root, variable_values=request.get("variables"),
        operation_name=request.get("operationName"),
        type_resolver=lambda value, *_: _TYPES.get(type(value), type(value).__name__),
    )  # fmt: skip
    return msgspec.json.encode(result.formatted)


async def _serve(request: Request) -> Response:
    try:
        body = answer(request.path_params["name"], await request.body())
    except KeyError:
        return Response(status_code=404)
    return Response(body, media_type="application/json")


app = Starlette(routes=[Route("/{name}", _serve, methods=["POST"])])


async def _run(port: int) -> None:
    server = await bare_server.start(answer, port)
    print(f"Serving subgraphs at http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.graph.serve", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help=f"{PORT} by default; 0 takes a free one")
    uvloop.run(_run(parser.parse_args().port))
