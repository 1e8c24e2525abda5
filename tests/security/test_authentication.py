"""Who sends a request, over HTTP: what of a token is an error, and what of it subgraphs see."""

import json
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from pydantic import ValidationError

from router.app import create_app
from router.errors import ClientError, RouterError
from router.security.jwt_authentication import JwtAuthentication, jwt_authentication
from router.security.jwt_key_source import FixedKeys
from router.security.jwt_keys import shared_secret
from router.security.jwt_verifier import Issuer, Verified, Verifier
from router.security.settings import JwtSettings
from router.serving.lasting import Lasting
from router.settings import RouterSettings
from router.settings_sources import InvalidSettingsError, load_settings
from tests.security.tokens import NOW, SECRET, Clock, claims, jwk, key_set, shared, signed

FOREVER = {"iat": None, "exp": 40_000_000_000}
TOKEN = shared(**FOREVER)
SHARED: dict[str, Any] = {"issuers": [{"issuer": claims()["iss"], "audiences": ["graph"], "secret": SECRET}]}
QUERY = {"query": "{ people { name } }"}


async def ask(client: httpx.AsyncClient, *authorization: str, **headers: str) -> httpx.Response:
    named = [("authorization", value) for value in authorization]
    return await client.post("/graphql", json=QUERY, headers=[*named, *headers.items()])


def seen(graph: Any) -> str | None:
    """The token of the last request to a subgraph."""
    return graph.requests[-1][1].headers.get("authorization")


def code(response: httpx.Response) -> str:
    [error] = response.json()["errors"]
    assert "data" not in response.json()
    return str(error["extensions"]["code"])


async def test_a_token_that_counts_goes_on_as_it_is(serve: Any, small_graph: Any) -> None:
    client = await serve(authentication={"jwt": SHARED})

    for _ in range(2):
        assert (await ask(client, f"Bearer {TOKEN}")).status_code == 200
        assert seen(small_graph) == f"Bearer {TOKEN}"


async def test_who_sends_no_token_is_anonymous(serve: Any, small_graph: Any) -> None:
    client = await serve(authentication={"jwt": SHARED})

    assert (await ask(client)).status_code == 200
    assert seen(small_graph) is None


@pytest.mark.parametrize("given", [f"bearer {TOKEN}", f"BEARER   {TOKEN}", f"Bearer {TOKEN} "])
async def test_subgraphs_see_a_token_in_the_usual_form(serve: Any, small_graph: Any, given: str) -> None:
    """Else one that is more exacting would see nobody where the router saw somebody."""
    client = await serve(authentication={"jwt": SHARED})

    for _ in range(2):
        assert (await ask(client, given)).status_code == 200
        assert seen(small_graph) == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "given",
    [
        (f"Bearer {TOKEN}x",),
        ("Bearer",),
        ("Bearer ",),
        (TOKEN,),
        ("Basic YTpi",),
        (f"Bearer {shared(exp=1, iat=None)}",),
        (f"Bearer {'a' * 20_000}",),
        # Nobody knows which of them a subgraph would take.
        (f"Bearer {TOKEN}", f"Bearer {TOKEN}"),
        (f"Bearer {TOKEN}", "Basic YTpi"),
    ],
)
async def test_a_token_that_does_not_count_is_refused(
    serve: Any, small_graph: Any, given: tuple[str, ...]
) -> None:
    client = await serve(authentication={"jwt": SHARED})

    response = await ask(client, *given)

    assert (response.status_code, code(response)) == (401, "AUTH_ERROR")
    assert response.headers["www-authenticate"] == "Bearer"
    assert response.headers["cache-control"] == "no-store"
    assert small_graph.requests == []


async def test_or_its_sender_is_anonymous_where_the_settings_say_so(serve: Any, small_graph: Any) -> None:
    client = await serve(
        authentication={"jwt": {**SHARED, "on_error": "continue"}}, cache={"viewer": {"claims": ["sub"]}}
    )

    assert (await ask(client, "Bearer x")).status_code == 200
    assert seen(small_graph) == "Bearer x"


async def test_other_schemes_may_be_for_others(serve: Any, small_graph: Any) -> None:
    client = await serve(authentication={"jwt": {**SHARED, "ignore_other_prefixes": True}})

    assert (await ask(client, "Basic YTpi")).status_code == 200
    assert seen(small_graph) == "Basic YTpi"
    assert (await ask(client, "Bearer x")).status_code == 401


@pytest.mark.parametrize("on_error", ["refuse", "continue"])
async def test_nobody_is_served_without_a_token_where_the_settings_say_so(
    serve: Any, small_graph: Any, on_error: str
) -> None:
    client = await serve(
        authentication={"jwt": {**SHARED, "on_error": on_error}},
        authorization={"require_authentication": True},
    )

    for given in ((), ("Bearer x",)):
        response = await ask(client, *given)
        assert (response.status_code, code(response)) == (401, "AUTH_ERROR")
        assert response.headers["www-authenticate"] == "Bearer"
    assert small_graph.requests == []
    assert (await ask(client, f"Bearer {TOKEN}")).status_code == 200


async def test_a_token_that_stays_behind_with_the_connection_is_nobodys(serve: Any, small_graph: Any) -> None:
    """A subgraph does not see it, so what it answers is not for its owner."""
    client = await serve(authentication={"jwt": SHARED}, authorization={"require_authentication": True})

    assert (await ask(client, f"Bearer {TOKEN}", connection="authorization")).status_code == 401


async def test_another_header_without_a_prefix(serve: Any, small_graph: Any) -> None:
    client = await serve(
        authentication={"jwt": {**SHARED, "header": "X-Token", "prefix": ""}},
        authorization={"require_authentication": True},
    )

    assert (await ask(client, **{"x-token": TOKEN})).status_code == 200
    assert "x-token" not in small_graph.requests[-1][1].headers
    assert (await ask(client, f"Bearer {TOKEN}")).status_code == 401
    twice = await client.post("/graphql", json=QUERY, headers=[("x-token", TOKEN), ("x-token", TOKEN)])
    assert twice.status_code == 401


async def test_keys_come_from_a_file_beside_the_settings(
    serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "router.yaml"
    file.write_text("authentication: {jwt: {issuers: [{audiences: [ours], jwks: {file: keys.json}}]}}")
    (tmp_path / "keys.json").write_bytes(key_set(jwk("one")))
    client = await serve(authentication=load_settings(file).authentication)

    assert (
        await ask(client, f"Bearer {signed('one', **FOREVER)}")
    ).status_code == 401  # for another audience
    assert (await ask(client, f"Bearer {signed('one', aud='ours', **FOREVER)}")).status_code == 200


async def test_where_no_key_can_be_had_nobody_knows(serve: Any, tmp_path: Path) -> None:
    issuers = [{"jwks": {"file": tmp_path / "none.json"}}]
    client = await serve(authentication={"jwt": {"issuers": issuers}})

    response = await ask(client, f"Bearer {signed('one', **FOREVER)}")

    assert (response.status_code, code(response)) == (503, "AUTH_ERROR")
    assert (await ask(client)).status_code == 200


async def test_keys_that_were_read_before_a_reload_count_after_it(small_graph: Any, tmp_path: Path) -> None:
    """Also where their source has gone meanwhile."""
    file, lasting = tmp_path / "keys.json", Lasting()
    file.write_bytes(key_set(jwk("one")))
    settings = RouterSettings(authentication={"jwt": {"issuers": [{"jwks": {"file": file}}]}})
    for _ in range(2):
        app = create_app(settings, small_graph.supergraph, transports=small_graph.transports, lasting=lasting)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router") as client,
        ):
            assert (await ask(client, f"Bearer {signed('one', **FOREVER)}")).status_code == 200
        file.unlink(missing_ok=True)


async def test_answers_for_one_viewer_name_the_header_that_tells_who_that_is(serve: Any) -> None:
    client = await serve(
        authentication={"jwt": {**SHARED, "header": "x-token", "prefix": ""}},
        cache={
            "store": "memory",
            "policy": {"*": {"maxAge": 60, "scope": "PRIVATE"}},
            "viewer": {"claims": ["sub"]},
        },
    )

    response = await ask(client, **{"x-token": TOKEN})

    assert response.headers["cache-control"].startswith("private")
    assert "x-token" in response.headers["vary"].split(", ")


class CountingVerifier(Verifier):
    """Counts what it verifies, and has whatever version the test wants."""

    def __init__(self, clock: Clock) -> None:
        keys = FixedKeys((shared_secret(SECRET),))
        super().__init__([Issuer(None, (), ("HS256",), keys)], 0, clock)
        self.count = 0
        self.of_keys = 0

    @property
    def version(self) -> int:
        return self.of_keys

    async def verify(self, token: str) -> Verified:
        self.count += 1
        return await super().verify(token)


def authentication(**settings: Any) -> tuple[JwtAuthentication, CountingVerifier, Clock]:
    clock = Clock()
    verifier = CountingVerifier(clock)
    made = JwtSettings(issuers=SHARED["issuers"], leeway_seconds=0, **settings)
    return JwtAuthentication(made, verifier, {"authorization"}, clock), verifier, clock


async def subject_of(subject: JwtAuthentication, token: str) -> str:
    sender = await subject.sender((), {"authorization": f"Bearer {token}"})
    assert sender.principal is not None
    return str(sender.principal.claims["sub"])


async def test_a_token_is_verified_once() -> None:
    subject, verifier, _ = authentication()

    for _ in range(3):
        assert await subject_of(subject, shared(sub="ada")) == "ada"
        assert await subject_of(subject, shared(sub="bob")) == "bob"

    assert verifier.count == 2


async def test_until_it_expires() -> None:
    subject, _, clock = authentication()
    await subject_of(subject, shared(exp=NOW + 5))
    clock.now += 5

    with pytest.raises(ClientError, match="It has expired"):
        await subject_of(subject, shared(exp=NOW + 5))


async def test_or_until_keys_change() -> None:
    subject, verifier, _ = authentication()
    await subject_of(subject, shared())
    verifier.of_keys += 1

    await subject_of(subject, shared())

    assert verifier.count == 2


async def test_what_is_remembered_is_bounded() -> None:
    subject, verifier, _ = authentication(remembered=2)
    for name in ("a", "b", "a", "c", "a", "b"):
        await subject_of(subject, shared(sub=name))

    assert verifier.count == 4
    forgetful, counting, _ = authentication(remembered=0)
    for _ in range(2):
        await subject_of(forgetful, shared())
    assert counting.count == 2


async def test_bad_tokens_are_not_remembered() -> None:
    subject, verifier, clock = authentication()
    for _ in range(2):
        with pytest.raises(ClientError):
            await subject_of(subject, shared(nbf=NOW + 1))
    clock.now += 1
    assert await subject_of(subject, shared(nbf=NOW + 1)) == "ada"
    assert verifier.count == 3


@pytest.mark.parametrize(
    ("issuer", "problem"),
    [
        ({}, "an issuer needs one of jwks, secret_env and secret"),
        ({"secret": SECRET, "secret_env": "X"}, "an issuer needs one of"),
        ({"secret": SECRET, "algorithms": ["RS256"]}, "RS256 does not go with a secret"),
        ({"jwks": {"file": "a"}, "algorithms": ["HS256"]}, "HS256 does not go with a key set"),
        ({"jwks": {"file": "a"}, "algorithms": ["none"]}, "Input should be 'HS256'"),
        ({"jwks": {}}, "either a url or a file"),
        ({"jwks": {"file": "a", "url": "http://a"}}, "either a url or a file"),
        ({"secret": "hunter2"}, "the secret needs 32 bytes or more"),
        ({"secret": SECRET, "algorithms": ["HS512"]}, "the secret needs 64 bytes or more"),
    ],
)
def test_settings_that_cannot_be_meant(issuer: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem) as refused:
        JwtSettings(issuers=[issuer])
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "jwt", [{"issuers": []}, {**SHARED, "header": "content-type"}, {**SHARED, "header": "a b"}]
)
def test_other_settings_that_cannot_be_meant(jwt: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        JwtSettings(**jwt)


def test_secrets_are_in_no_message(tmp_path: Path) -> None:
    file = tmp_path / "router.yaml"
    file.write_text(json.dumps({"authentication": {"jwt": {"issuers": [{"secret": "hunter2"}]}}}))

    with pytest.raises(InvalidSettingsError, match="32 bytes or more") as refused:
        load_settings(file)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(("value", "length"), [(None, 0), ("short", 5)])
def test_a_secret_of_the_environment_has_to_be_there(
    small_graph: Any, monkeypatch: pytest.MonkeyPatch, value: str | None, length: int
) -> None:
    monkeypatch.delenv("MY_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("MY_SECRET", value)
    settings = RouterSettings(authentication={"jwt": {"issuers": [{"secret_env": "MY_SECRET"}]}})

    with pytest.raises(RouterError, match=f"issuers.0.secret_env: .* MY_SECRET has {length}") as refused:
        create_app(settings, small_graph.supergraph, transports=small_graph.transports)
    assert refused.value.code == "INVALID_SETTINGS"


async def test_a_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SECRET", SECRET)
    settings = JwtSettings(issuers=[{"secret_env": "MY_SECRET"}])

    subject = jwt_authentication(settings, {"authorization"}, {})

    assert await subject_of(subject, jwt.encode({"sub": "eve", "exp": 4e10}, SECRET)) == "eve"


def test_claims_of_viewers_need_tokens() -> None:
    with pytest.raises(ValidationError, match=r"cache\.viewer\.claims"):
        RouterSettings(cache={"viewer": {"claims": ["sub"]}})
