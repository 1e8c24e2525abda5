"""`softfactory up`: databases, migrations, seed, all services in this process, and the router in front of them."""

import os
import shlex
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from launcher import serving, state
from launcher.databases import databases
from launcher.demo import demo_headers, is_for_this_machine
from launcher.display import Display
from launcher.errors import LaunchError
from launcher.prepare import migrate_all, seed_all
from launcher.services import load, service_names, settings_of
from router.app import create_app
from router.server import listen, url_of
from router.settings import RouterSettings
from router.settings_sources import load_settings
from router.upstream.in_process import FunctionTransport
from router.upstream.subgraph import SubgraphRequest
from subgraphs.kit import tokens
from subgraphs.kit.errors import JsonValue
from subgraphs.kit.service import Service
from subgraphs.kit.subgraph import GraphQLRequest, Subgraph

SUPERGRAPH = Path("schema/supergraph.graphql")
EXAMPLE = Path("examples/one-graph.graphql")
TOLD_BY_TOKENS: Final = ("sub", "role", "scopes", "products")
"""All that services know of a viewer, so that a renewed token finds what was kept, and one with other rights does not."""

SAME_FOR_SUBSCRIBERS: Final = {
    pattern: {"scope": "PUBLIC", "vary": {"claims": ["subscribed_review"]}}
    for pattern in (
        "ReviewListing",
        "ReviewListingStats",
        "Query.reviewListings",
        "Query.reviewListing",
        "Query.reviewListingStats",
    )
}
"""What services keep from all but the subscribers of a product, to whom it is the same. In the schema it is PRIVATE, for routers
that check no tokens."""


@dataclass(frozen=True, slots=True)
class UpOptions:
    """`root` is the folder of supergraph.yaml, and of .data/."""

    config: Path
    host: str
    port: int
    users: int

    @property
    def root(self) -> Path:
        return self.config.resolve().parent

    @property
    def data(self) -> Path:
        return self.root / ".data"


def up(options: UpOptions, display: Display) -> None:
    """Returns after Ctrl-C, when everything has stopped."""
    names = service_names(options.config)
    supergraph = options.root / SUPERGRAPH
    if not supergraph.exists():
        raise LaunchError("SUPERGRAPH_MISSING", f"There is no {supergraph}. Make it with `make sdl`.")
    with ExitStack() as stack:
        stack.enter_context(state.exclusive(options.data))
        listener = stack.enter_context(listen(options.host, options.port))
        with display.step("Databases are running"):
            environment = stack.enter_context(databases(names, options.data, os.environ))
            environment.setdefault("JWT_SECRET", state.jwt_secret(options.data))
        with display.step("Services are loaded"):
            services = [load(name) for name in names]
        serving.run(_up(options, services, environment, listener, display))
    display.console.print("Stopped.")


async def _up(
    options: UpOptions,
    services: Sequence[Service],
    environment: Mapping[str, str],
    listener: socket.socket,
    display: Display,
) -> None:
    await migrate_all(services, environment, display)
    await seed_all(services, environment, options.users, display)
    async with AsyncExitStack() as stack:
        subgraphs = [
            await stack.enter_async_context(Subgraph(service, settings_of(service.name, environment)))
            for service in services
        ]
        app = create_app(
            router_settings(options, environment, debug=is_for_this_machine(listener)),
            transports={subgraph.service.name: FunctionTransport(Asking(subgraph)) for subgraph in subgraphs},
            explorer_headers=await stack.enter_async_context(demo_headers(subgraphs, listener)),
        )
        url = url_of(listener)

        def announce() -> None:
            state.publish(options.data, tuple(service.name for service in services), environment, url)
            display.console.print(_greeting(url, services, options.root), soft_wrap=True)

        await serving.serve(app, listener, announce)


def router_settings(
    options: UpOptions, environment: Mapping[str, str], *, debug: bool = False
) -> RouterSettings:
    """What router.yaml has, and what follows from what else is started here."""
    file = options.root / "router.yaml"
    examples = options.root / EXAMPLE.parent
    given = {
        "supergraph": options.root / SUPERGRAPH,
        "server": {"host": options.host, "port": options.port},
        "redis_url": environment["REDIS_URL"],
        "cache": {
            "invalidation": {"stream": {"url": environment["REDIS_URL"]}},
            "viewer": {"claims": TOLD_BY_TOKENS},
            "policy": SAME_FOR_SUBSCRIBERS,
            **({"debug": "development"} if debug else {}),
        },
        "explorer": {"examples": examples, "open": EXAMPLE.stem} if examples.is_dir() else {},
        "authentication": {"jwt": tokens_of_services(environment)},
    }
    return load_settings(file if file.exists() else None, given)


def tokens_of_services(environment: Mapping[str, str]) -> dict[str, object]:
    """As the services check them, who also say what is wrong with one: so the sender of a bad one is only anonymous here."""
    issuer = {
        "issuer": tokens.ISSUER,
        "audiences": [tokens.AUDIENCE],
        "algorithms": [tokens.ALGORITHM],
        "secret": environment["JWT_SECRET"],
    }
    return {"issuers": [issuer], "on_error": "continue", "leeway_seconds": 0}


@dataclass(frozen=True, slots=True)
class Asking:
    """A subgraph as the router's in-process transport calls it."""

    subgraph: Subgraph

    async def __call__(self, request: SubgraphRequest) -> Mapping[str, JsonValue]:
        return await self.subgraph.execute(
            GraphQLRequest(request.query, request.variables, request.operation_name, request.headers)
        )


def _greeting(url: str, services: Sequence[Service], root: Path) -> str:
    logins = [login for service in services for login in service.demo_logins]
    command = _relative(Path(sys.argv[0]))
    lines = [
        "",
        f"[bold]{url}[/bold]   the graph of {len(services)} services, and GraphiQL in a browser",
        "",
        *(f"sign in as  {login.email}  {login.password}  [dim]{login.role}[/dim]" for login in logins),
    ]
    if logins and (root / EXAMPLE).exists():
        lines += [
            "",
            f"A query that crosses all of them, for another terminal in {Path.cwd()}:",
            f"  curl -sG {url}/graphql --data-urlencode query@{_relative(root / EXAMPLE)} \\",
            f'    -H "Authorization: Bearer $({command} token {logins[0].email})"',
        ]
    return "\n".join([*lines, "", "Ctrl-C stops everything."])


def _relative(path: Path) -> str:
    """As short as it can be typed from here."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
