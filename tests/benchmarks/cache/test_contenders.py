"""Who takes part, and with which options the router is started."""

from pathlib import Path

import msgspec

from benchmarks.cache.contenders import cache_contenders
from benchmarks.gateway.contenders import Contender
from benchmarks.gateway.graphs import FULL, own_graph
from router.settings import RouterSettings

GRAPH = own_graph()
URL = "redis://127.0.0.1:1/0"


def found(redis: str | None) -> dict[str, Contender]:
    everybody = list(cache_contenders(GRAPH, redis))
    by_name = {each.name: each for each in everybody}
    assert len(by_name) == len(everybody)
    return by_name


def options(contender: Contender) -> tuple[str, RouterSettings]:
    command = contender.command(Path("supergraph.graphql"), 4321, "http://127.0.0.1:1")
    settings = Path(command[command.index("--config") + 1])
    return command[command.index("--cache") + 1], RouterSettings(**msgspec.json.decode(settings.read_bytes()))


def test_everybody_without_a_cache_and_those_who_have_one_with_it() -> None:
    ours = {f"softfactory-{each}" for each in ("off", "memory", "fields", "redis", "far")}
    peers = {"apollo-off", "hive-off", "hive-cache", "hive-rust-off", "hive-rust-cache"}
    assert found(URL).keys() == ours | peers
    assert found(None).keys() == (ours | peers) - {"softfactory-redis", "softfactory-far"}


def test_the_router_keeps_everything() -> None:
    store, settings = options(found(URL)["softfactory-redis"])
    assert store == URL
    assert settings.cache.policy["*"].max_age == 600
    assert options(found(URL)["softfactory-far"])[1].cache.memory_bytes == 0
    assert options(found(URL)["softfactory-memory"])[0] == "memory"
    assert "--cache" not in found(URL)["softfactory-off"].command(Path("x"), 1, "")


def test_the_full_answer_does_not_fit_where_only_fields_are_to_be_kept() -> None:
    contender = found(None)["softfactory-fields"]
    assert contender.only == FULL
    _, settings = options(contender)
    assert settings.cache.memory_bytes // 4 <= len(GRAPH.queries[FULL].expected)


def test_a_response_cache_is_a_setting_of_hive() -> None:
    assert found(None)["hive-cache"].env == {**found(None)["hive-off"].env, "RESPONSE_CACHE": "1"}
