"""`softfactory cache`: drops what the field cache keeps, and shows what it keeps in a Redis."""

import asyncio
import json
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from router.cache.debug_access import HEADER, LONGEST_SECONDS
from router.cache.debug_access import sign as signature
from router.commands.failure import fail
from router.errors import RouterError

if TYPE_CHECKING:
    from router.cache.invalidation_request import Asked

_PANEL: Final = "The router"
_URL: Final = "http://127.0.0.1:4000/invalidation"

_PURGE_EPILOG = """
Examples:

    export SOFTFACTORY_CACHE_KEY=…        # cache.invalidation.shared_key of the router

    softfactory cache purge --entity 'Chef:{"id": "7"}' --tag chefs

    softfactory cache purge --type Chef --url https://graph.example.com/invalidation

    softfactory cache purge --field Query.chefs --field 'Chef.rating:{"id": "7"}'

    softfactory cache purge --type Chef --redis redis://127.0.0.1:6379/0 --supergraph schema/supergraph.graphql

    softfactory cache purge --all --yes --redis redis://127.0.0.1:6379/0

    softfactory cache purge --type Chef --print-keys      # for the CDN in front, where cache.http.surrogate_keys is on

When it ends with 0, nobody reads any more what was there before. A router whose cache is in memory drops it in the process
that answers; with several workers that is one of them.

Exit codes: 0 it is done; 1 it is not, nobody knows, or there are no keys to print; 2 the command line is wrong.
"""

_STATS_EPILOG = """
Examples:

    softfactory cache stats --metrics http://127.0.0.1:4000/metrics

    softfactory cache stats --redis redis://127.0.0.1:6379/0

    softfactory cache stats --redis redis://127.0.0.1:6379/0 --namespace shop --limit 1000000 --format json

Of a router: since its start, what was found of each field, the hit ratio among what may be kept, how old it was, and the time of
fetching that it saved. It has metrics with telemetry.metrics.enabled.

Of Redis: what was dropped by type or by tag is counted until it expires or is written again: Redis holds it, and nobody reads it.

Exit codes: 0 counted; 1 it cannot be read; 2 the command line is wrong.
"""

_ADVISE_EPILOG = """
Examples:

    ROUTER__CACHE__SHADOW=0.01 ROUTER__TELEMETRY__METRICS__ENABLED=true softfactory router --config router.yaml

    softfactory cache advise --metrics http://127.0.0.1:4000/metrics

    softfactory cache advise --metrics http://127.0.0.1:4000/metrics --wrong 0.001 --format json

A router in shadow mode fetches, for that part of its requests, what it has found all the same, after it has answered, and compares.
The longer it does so, and the longer values are kept meanwhile, the better it knows how often each field changes.

Exit codes: 0 advised; 1 there is nothing to go by; 2 the command line is wrong.
"""


_SIGN_EPILOG = """
Examples:

    export SOFTFACTORY_CACHE_DEBUG_KEY=…        # cache.debug_key of the router

    curl -G https://graph.example.com/graphql --data-urlencode query@chefs.graphql -H "$(softfactory cache sign chefs.graphql)"

The signature is for this text of a query, byte for byte, with whatever variables. Send the file as it is.

Exit codes: 0 signed; 1 the file cannot be read; 2 the command line is wrong.
"""


class Format(StrEnum):
    """For whom the table is."""

    TEXT = "text"
    JSON = "json"


Namespace = Annotated[str, typer.Option(help="As cache.namespace.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(no_args_is_help=True, help="Look into the field cache, and drop what it keeps.")
    group.command("purge", epilog=_PURGE_EPILOG, no_args_is_help=True)(purge)
    group.command("stats", epilog=_STATS_EPILOG, no_args_is_help=True)(stats)
    group.command("advise", epilog=_ADVISE_EPILOG, no_args_is_help=True)(advise)
    group.command("sign", epilog=_SIGN_EPILOG, no_args_is_help=True)(sign)
    app.add_typer(group, name="cache", rich_help_panel=_PANEL)


def purge(
    type_: Annotated[
        list[str] | None, typer.Option("--type", metavar="NAME", help="All entities of a type.")
    ] = None,
    entity: Annotated[
        list[str] | None, typer.Option(metavar="TYPE:KEY", help="One entity, with its key as JSON.")
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TYPE.FIELD[:KEY]",
            help="A field of one entity, or of Query. Without a key, all of another type goes.",
        ),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option(help="All that a @cacheTag names so.")] = None,
    subgraph: Annotated[
        list[str] | None, typer.Option(help="All types that the subgraph has fields of.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Everything. Asks before, unless --yes is given.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    url: Annotated[
        str | None, typer.Option(help="The endpoint of a running router.", show_default=_URL)
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            envvar="SOFTFACTORY_CACHE_KEY", help="The router's key. Others on the machine see options."
        ),
    ] = None,
    redis: Annotated[
        str | None, typer.Option(metavar="URL", help="The Redis, past any router: cache.store.")
    ] = None,
    namespace: Namespace = "softfactory",
    supergraph: Annotated[
        Path | None,
        typer.Option("--supergraph", "-s", help="With --redis: the graph, which knows types and keys."),
    ] = None,
    print_keys: Annotated[
        bool,
        typer.Option("--print-keys", help="Print the surrogate keys that a CDN is to purge, one a line."),
    ] = False,
) -> None:
    """Drops what the field cache keeps, of a running router or directly in its Redis.

    Options may be repeated; all of it goes at once, and in all processes that share the Redis. A router knows its types and
    keys. Without one, --redis needs the --supergraph for all but --tag and --all.
    """
    from router.commands.purge_targets import Targets

    asked = Targets(
        type_ or (), entity or (), field or (), tag or (), subgraph or (), everything=everything
    ).requests()
    if redis is not None and url is not None:
        raise typer.BadParameter("--url and --redis are two ways to the same. Give one of them.")
    if redis is None and not key:
        raise typer.BadParameter(
            "A router wants its key: set SOFTFACTORY_CACHE_KEY, or go past it by --redis."
        )
    where = f"behind {url or _URL}" if redis is None else f"under {namespace!r} in Redis"
    if everything and not yes:
        typer.confirm(f"Drop everything {where}? The subgraphs will be asked for all of it.", abort=True)
    if redis is None:
        keys = _purge_router(url or _URL, key or "", asked)
    else:
        keys = _purge_redis(redis, namespace, asked, supergraph)
    done = f"Dropped {where} what {len(asked)} request{'s ask' if len(asked) > 1 else ' asks'} for."
    typer.echo(done, err=print_keys)
    if print_keys and keys is None:
        fail("The router has no surrogate keys: see cache.http.surrogate_keys.")
    if print_keys:
        typer.echo("\n".join(keys or ()))


def stats(
    metrics: Annotated[
        str | None, typer.Option(metavar="URL", help="The metrics of a running router: its hit ratios.")
    ] = None,
    redis: Annotated[
        str | None, typer.Option(metavar="URL", help="The Redis of the field cache: what it holds.")
    ] = None,
    namespace: Namespace = "softfactory",
    limit: Annotated[
        int, typer.Option(min=1, help="Keys to look at, at most, whosever they are.")
    ] = 1_000_000,
    format_: Annotated[Format, typer.Option("--format", "-f", help="json for machines.")] = Format.TEXT,
) -> None:
    """Shows how well the field cache does, field by field, or what its Redis holds, type by type.

    Redis is gone through in small steps, beside all else that it does. Fields and bytes are measured for some entities of
    each type, and reckoned from these for the others.
    """
    if (metrics is None) == (redis is None):
        raise typer.BadParameter("Give one of --metrics and --redis.")
    if metrics is not None:
        _field_stats(metrics, format_)
    elif redis is not None:
        _redis_stats(redis, namespace, limit, format_)


def advise(
    metrics: Annotated[
        str, typer.Option(metavar="URL", help="The metrics of a running router in shadow mode.")
    ],
    wrong: Annotated[
        float, typer.Option(min=0.0001, max=0.5, help="The share of values found that may be out of date.")
    ] = 0.01,
    format_: Annotated[Format, typer.Option("--format", "-f", help="json for machines.")] = Format.TEXT,
) -> None:
    """Says for how long each field may be kept, by what shadow mode has compared."""
    from router.commands.cache_fields import MetricsError, advice_to_json, read_fields, show_advice

    try:
        found = read_fields(metrics)
        if format_ is Format.JSON:
            typer.echo(json.dumps(advice_to_json(found, wrong), indent=2))
        else:
            show_advice(found, wrong)
    except MetricsError as error:
        fail(*error.lines)


def _field_stats(url: str, format_: Format) -> None:
    from router.commands.cache_fields import MetricsError, fields_to_json, read_fields, show_fields

    try:
        found = read_fields(url)
    except MetricsError as error:
        fail(*error.lines)
    if format_ is Format.JSON:
        typer.echo(json.dumps(fields_to_json(found), indent=2))
    else:
        show_fields(found)


def _redis_stats(redis: str, namespace: str, limit: int, format_: Format) -> None:
    from router.cache.redis_contents import ContentsError
    from router.commands.cache_table import counted, show, to_json

    try:
        found = counted(redis, namespace, limit)
    except ContentsError as error:
        fail(str(error))
    if format_ is Format.JSON:
        typer.echo(json.dumps(to_json(found), indent=2, ensure_ascii=False))
    else:
        show(found, namespace)


def sign(
    query: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The text of the query.")
    ],
    key: Annotated[
        str,
        typer.Option(
            envvar="SOFTFACTORY_CACHE_DEBUG_KEY", help="cache.debug_key. Others on the machine see options."
        ),
    ],
    seconds: Annotated[int, typer.Option(min=1, max=LONGEST_SECONDS, help="How long it is good for.")] = 300,
) -> None:
    """Prints the header with which a router says where each field of an answer came from, for one query."""
    try:
        text = query.read_bytes().decode()
    except OSError as error:
        fail(f"{query} cannot be read: {error.strerror}.")
    except UnicodeDecodeError as error:
        fail(f"{query} is not UTF-8: {error.reason}.")
    typer.echo(f"{HEADER}: {signature(key.encode(), text, int(time.time()) + seconds)}")


def _purge_router(url: str, key: str, asked: "Sequence[Asked]") -> Sequence[str] | None:
    from router.commands.purging import PurgeError, purge_router

    try:
        return asyncio.run(purge_router(url, key, asked))
    except PurgeError as error:
        fail(*error.lines)


def _purge_redis(
    url: str, namespace: str, asked: "Sequence[Asked]", supergraph: Path | None
) -> Sequence[str]:
    from router.cache.asked_names import AskedNames, without_graph
    from router.cache.surrogate_keys import keys_to_drop
    from router.commands.purging import PurgeError, purge_redis
    from router.serving.release import parse_supergraph, read_supergraph

    what = without_graph(asked)
    if what is None and supergraph is None:
        raise typer.BadParameter("Without a router, only --tag and --all do without --supergraph FILE.")
    try:
        if what is None:
            graph = parse_supergraph(read_supergraph(supergraph), supergraph)
            what = AskedNames(graph).invalidation(asked)
        was_there = asyncio.run(purge_redis(url, namespace, what))
    except PurgeError as error:
        fail(*error.lines)
    except RouterError as error:
        fail(f"{error.code}: {error.message}")
    if not was_there:
        typer.echo(
            f"No router has used this Redis under {namespace!r}; see cache.namespace and cache.store.",
            err=True,
        )
    return keys_to_drop(what, namespace)
