"""Settings from all sources, and what is said of wrong ones."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from router.settings import RouterSettings
from router.settings_sources import InvalidSettingsError, load_settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "router.yaml"


def problems(file: Path | None = None, given: dict[str, Any] | None = None) -> list[str]:
    with pytest.raises(InvalidSettingsError) as invalid:
        load_settings(file, given)
    assert invalid.value.code == "INVALID_SETTINGS"
    return invalid.value.message.splitlines()


def test_has_defaults() -> None:
    settings = load_settings()

    assert (settings.server.host, settings.server.port, settings.server.path) == (
        "127.0.0.1",
        4000,
        "/graphql",
    )
    assert settings.introspection
    assert "authorization" in settings.headers.propagate


def test_later_sources_win_key_by_key(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(
        "server: {host: file, port: 1, path: /file}\nlimits: {max_depth: 7}\nsubgraphs: {a: {url: 'http://a/'}}"
    )
    monkeypatch.setenv("ROUTER__SERVER__PORT", "2")
    monkeypatch.setenv("ROUTER__SERVER__HOST", "environment")
    monkeypatch.setenv("ROUTER__CSRF__HEADERS", '["x-one", "x-two"]')
    monkeypatch.setenv("ROUTER__SUBGRAPHS__B__TIMEOUT_SECONDS", "1.5")

    settings = load_settings(file, {"server": {"port": 3}})

    assert (settings.server.host, settings.server.port, settings.server.path) == ("environment", 3, "/file")
    assert settings.limits.max_depth == 7
    assert settings.csrf.headers == ("x-one", "x-two")
    assert str(settings.subgraphs["a"].url) == "http://a/"
    assert settings.subgraphs["b"].timeout_seconds == 1.5


def test_paths_in_the_file_are_relative_to_it(file: Path) -> None:
    file.write_text("supergraph: a/b.graphql\nexplorer: {examples: c}\nsubgraphs: {a: {tls: {ca: d.pem}}}")

    settings = load_settings(file)

    assert settings.subgraphs["a"].tls.ca == file.parent / "d.pem"
    assert settings.supergraph == file.parent / "a/b.graphql"
    assert settings.explorer.examples == file.parent / "c"


def test_an_empty_file_is_one(file: Path) -> None:
    file.write_text("# nothing yet\n")

    assert load_settings(file) == load_settings()


@pytest.mark.parametrize("written", ["off", "'off'", "no", "false"])
def test_off_is_a_word_in_any_yaml(file: Path, written: str) -> None:
    file.write_text(f"traffic: {{single_flight: {written}}}")

    assert load_settings(file).traffic.single_flight == "off"


@pytest.mark.parametrize(
    ("written", "store"),
    [
        ("off", "off"),
        ("'off'", "off"),
        ("memory", "memory"),
        ("redis://cache:6379/1", "redis://cache:6379/1"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
    ],
)
def test_the_cache_has_a_store(file: Path, written: str, store: str) -> None:
    file.write_text(f"cache: {{store: {written}}}")

    assert load_settings(file).cache.store == store


def test_policies_have_the_names_of_the_directive(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(
        """
        cache:
          policy:
            "*": {maxAge: 60}
            Chef.name: {maxAge: 5, staleWhileRevalidate: 6, staleIfError: 7, scope: PRIVATE, inheritMaxAge: true}
          vary: {"*": {headers: [Accept-Language], claims: [plan]}}
          subgraphs: {coocook: {policy: {"Chef.*": {maxAge: 1}}}}
        """
    )
    monkeypatch.setenv("ROUTER__CACHE__SUBGRAPHS__REVIEW__ENABLED", "false")

    cache = load_settings(file).cache

    assert cache.policy["*"].max_age == 60
    assert cache.policy["*"].scope is None
    said = cache.policy["Chef.name"]
    assert (said.max_age, said.stale_while_revalidate, said.stale_if_error) == (5, 6, 7)
    assert (said.scope, said.inherit_max_age) == ("PRIVATE", True)
    assert cache.vary["*"].headers == ("accept-language",)
    assert cache.subgraphs["coocook"].policy["Chef.*"].max_age == 1
    assert not cache.subgraphs["review"].enabled


def test_redis_may_have_its_usual_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://usual")
    assert load_settings().redis_url == "redis://usual"
    monkeypatch.setenv("ROUTER__REDIS_URL", "redis://ours")
    assert load_settings().redis_url == "redis://ours"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("limit: {}", "limit: unknown. Did you mean limits? Known here: authentication, authorization, batching, "),
        ("limits: {max_dept: 1}", "limits.max_dept: unknown. Did you mean max_depth? Known here: max_body_bytes, "),
        ("subgraphs: {a: {uri: x}}", "subgraphs.a.uri: unknown. Did you mean url? Known here: circuit_breaker, retry, timeout_seconds, tls, url."),
        ("limits: {max_depth: 0}", "limits.max_depth: Input should be greater than or equal to 1, not 0."),
        ("introspection: maybe", "introspection: Input should be a valid boolean"),
        ("limits: 7", "limits: Input should be a valid dictionary or instance of LimitSettings, not 7."),
        ("server: {port: 70000}", "server.port: Input should be less than or equal to 65535, not 70000."),
        ("server: {path: graphql}", "server.path: String should match pattern"),
        ("headers: {propagate: [Host]}", "headers.propagate: Value error, headers that cannot be propagated to subgraphs: host."),
        ("server: {cors: {origins: ['*'], credentials: true}}", "server.cors: Value error, with credentials, name the origins"),
        ("upstream: {deadline_header: Host}", "upstream.deadline_header: Value error, headers that cannot be propagated to subgraphs: host."),
        ("subgraphs: {a: {url: nowhere}}", "subgraphs.a.url: Input should be a valid URL"),
        ("subgraphs: {a: {url: 'unix:a.sock'}}", "subgraphs.a.url: Input should be a valid URL: a socket is named by its whole path"),
        ("subgraphs: {a: {tls: {key: a}}}", "subgraphs.a.tls: Value error, a key needs its certificate"),
        ("cache: {store: disk}", "cache.store: Input should be 'off', 'memory' or the URL of a Redis, such as redis://127.0.0.1:6379/0, not 'disk'."),
        ("cache: {store: true}", "cache.store: Input should be a valid string, not True."),
        ("cache: {jitter: 0.6}", "cache.jitter: Input should be less than or equal to 0.5, not 0.6."),
        ("cache: {policy: {T: {maxAge: -1}}}", "cache.policy.T.maxAge: Input should be greater than or equal to 0, not -1."),
        ("cache: {policy: {T: {max: 1}}}", "cache.policy.T.max: unknown. Did you mean max_age?"),
        ("cache: {policy: {T: {scope: TENANT}}}", "cache.policy.T.scope: Input should be 'PUBLIC' or 'PRIVATE', not 'TENANT'."),
        ("cache: {policy: {'*.*': {maxAge: 1}}}", "cache.policy.*.*.[key]: Input should be a pattern: *, Type, Type.*, *.field or Type.field, not '*.*'."),
        ("upstream: {accept_encoding: [br]}", "upstream.accept_encoding.0: Input should be 'gzip' or 'deflate'"),
    ],
)  # fmt: skip
def test_names_file_key_and_what_is_allowed(file: Path, text: str, problem: str) -> None:
    file.write_text(text)

    [found] = problems(file)

    assert found.startswith(f"{file}: {problem}")


def test_says_everything_at_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("nonsense: 1\nlimits: {max_depth: x, max_tokens: -1}")
    monkeypatch.setenv("ROUTER__LIMITS__MAX_TOKENS", "many")

    found = problems(file, {"server": {"port": -1}})

    assert {line.partition(": Input")[0].partition(": unknown")[0] for line in found} == {
        f"{file}: nonsense",
        f"{file}: limits.max_depth",
        "ROUTER__LIMITS__MAX_TOKENS",
        "the command line: server.port",
    }


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        (
            "ROUTER__LIMIT__MAX_DEPTH",
            "1",
            "ROUTER__LIMIT__MAX_DEPTH: unknown. Did you mean LIMITS? Known here: AUTHENTICATION, AUTHORIZATION, BATCHING, ",
        ),
        ("ROUTER__LIMITS__MAX_DEBTH", "1", "ROUTER__LIMITS__MAX_DEBTH: unknown. Did you mean max_depth?"),
        ("ROUTER__INTROSPECTION", "maybe", "ROUTER__INTROSPECTION: Input should be a valid boolean"),
        ("ROUTER__LIMITS", "{", "An environment variable ROUTER__…: "),
    ],
)
def test_names_the_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str) -> None:
    monkeypatch.setenv(name, value)

    assert problems()[0].startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "is not YAML"),
        ("- a\n- b", "must hold keys and values"),
        ("1: 2", "must hold keys and values"),
    ],
)
def test_refuses_what_are_no_settings(file: Path, text: str, problem: str) -> None:
    file.write_text(text)

    assert problem in problems(file)[0]


def test_refuses_a_file_that_is_not_there(file: Path) -> None:
    assert problems(file) == [f"{file} cannot be read: No such file or directory."]


def test_the_schema_for_editors_is_what_the_code_says() -> None:
    written = json.loads((ROOT / "router/settings.schema.json").read_text())

    assert written == RouterSettings.model_json_schema(), (
        "softfactory router --settings-schema > router/settings.schema.json"
    )


def test_every_setting_says_what_it_is() -> None:
    schema = RouterSettings.model_json_schema()

    for name, section in schema["$defs"].items():
        assert section["description"], name


def test_the_guide_names_every_setting() -> None:
    guide = (ROOT / "docs/router.md").read_text()
    missing = [key for key in _keys(RouterSettings) if f"| `{key}` |" not in guide]

    assert missing == []


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from _keys(section, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_our_own_settings_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(ROOT / "router.yaml")

    assert settings.supergraph == ROOT / "schema/supergraph.graphql"
    assert settings.explorer.open == "one-graph"
