"""For whom entries are: who counts as the same viewer, and what tells copies of a value apart."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import jwt
import pytest
from graphql import build_schema, graphql_sync
from hypothesis import given
from hypothesis import strategies as st

from router.app import create_app
from router.cache.policy import Policy, Scope
from router.cache.viewer import Viewer
from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from router.settings import RouterSettings
from router.upstream.in_process import FunctionTransport
from router.upstream.subgraph import SubgraphRequest

PRIVATE = Policy(60, scope=Scope.PRIVATE)
SECRET = "a secret that is long enough to be one"


def scope(claims: Mapping[str, Any] | None, policy: Policy = PRIVATE, *names: str) -> str | None:
    return Viewer({}, claims=claims, viewer_claims=names or ("sub",)).scope(policy)


def test_a_viewer_is_who_has_the_same_claims() -> None:
    ada = {"iss": "a", "sub": "ada", "exp": 1, "jti": "x"}

    assert scope(ada) == scope({**ada, "exp": 2, "jti": "y"})
    assert scope(ada) != scope({**ada, "sub": "bob"})
    assert scope(ada) != scope({**ada, "iss": "b"}), "names are only unique for one issuer"
    assert scope(ada, PRIVATE, "sub", "role") is None
    assert scope({**ada, "role": "x"}, PRIVATE, "sub", "role") != scope(
        {**ada, "role": "y"}, PRIVATE, "sub", "role"
    )


@pytest.mark.parametrize("claims", [None, {}, {"iss": "a"}, {"sub": None}])
def test_without_the_claim_nobody_is_known(claims: Mapping[str, Any] | None) -> None:
    viewer = Viewer({"authorization": "Bearer x"}, ("authorization",), claims, ("sub",))

    assert viewer.name is None
    assert viewer.scope(PRIVATE) is None
    assert viewer.scope(Policy(60)) == ""


def test_without_claims_to_look_for_headers_tell() -> None:
    one, other = (Viewer({"authorization": each}, claims={"sub": "ada"}) for each in "ab")

    assert one.scope(PRIVATE) not in (None, "", other.scope(PRIVATE))


def test_what_varies_has_a_copy_for_each_value() -> None:
    policy = Policy(60, vary_claims=("country", "plans"))
    claims = {"sub": "ada", "country": "CH", "plans": ["a", "b"]}

    assert scope(claims, policy) == scope({**claims, "sub": "bob"}, policy)
    others = [
        {**claims, "country": "DE"},
        {**claims, "plans": ["b", "a"]},
        {**claims, "plans": '["a","b"]'},
        {**claims, "country": ["CH"]},
    ]
    assert len({scope(claims, policy), *(scope(each, policy) for each in others)}) == 5
    assert scope({"sub": "ada", "country": "CH"}, policy) is None
    assert scope(None, policy) is None


def test_headers_and_claims_count_together() -> None:
    policy = Policy(60, scope=Scope.PRIVATE, vary_headers=("accept-language",), vary_claims=("plan",))
    found = {
        Viewer(
            {"accept-language": language}, claims={"sub": sub, "plan": plan}, viewer_claims=("sub",)
        ).scope(policy)
        for language in ("de", "fr")
        for sub in ("ada", "bob")
        for plan in ("x", "y")
    }

    assert len(found) == 8


def test_a_header_is_no_claim() -> None:
    by_header = Policy(60, vary_headers=("x",))
    by_claim = Policy(60, vary_claims=("x",))

    assert Viewer({"x": '"y"'}).scope(by_header) != Viewer({}, claims={"x": "y"}).scope(by_claim)


@pytest.mark.parametrize("odd", [10**40, "\ud800", float("inf"), {"b": 1, "a": 2}, [], "", 0, False])
def test_any_value_that_a_token_can_have_will_do(odd: Any) -> None:
    assert scope({"sub": odd}) not in (None, "", scope({"sub": "ada"}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each, max_size=3),
    max_leaves=5,
)


@given(st.tuples(JSON, JSON), st.tuples(JSON, JSON))
def test_other_values_have_other_copies(one: tuple[Any, Any], other: tuple[Any, Any]) -> None:
    def found(values: tuple[Any, Any]) -> str | None:
        return scope(dict(zip("ab", values, strict=True)), Policy(60, vary_claims=("a", "b")))

    known = None not in one and None not in other
    assert not known or (found(one) == found(other)) == (repr(one) == repr(other))


class Shop:
    """A subgraph whose answers depend on the token in each way that there is."""

    schema = build_schema(
        "type Query { mine: String  price: String  same: String }  type Mutation { touch: Boolean }"
    )

    def __init__(self) -> None:
        sdl = "type Query { mine: String  price: String  same: String }  type Mutation { touch: Boolean }"
        self.supergraph = Supergraph.parse(compose([Subgraph("shop", "http://shop", sdl)]).supergraph_sdl)
        self.asked: list[str] = []

    async def answer(self, request: SubgraphRequest) -> Mapping[str, Any]:
        self.asked.append(request.query)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        claims = jwt.decode(token, options={"verify_signature": False}) if token.count(".") == 2 else {}
        root = {
            "mine": f"of {claims.get('sub')}",
            "price": f"in {claims.get('country')}",
            "same": "all",
            "touch": True,
        }
        return graphql_sync(self.schema, request.query, root).formatted

    @asynccontextmanager
    async def serving(self, **jwt_settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        settings = RouterSettings(
            authentication={"jwt": {"issuers": [{"secret": SECRET}], **jwt_settings}},
            cache={
                "store": "memory",
                "jitter": 0,
                "viewer": {"claims": ["sub"]},
                "policy": {
                    "*": {"maxAge": 60},
                    "Query.mine": {"scope": "PRIVATE"},
                    "Query.price": {"vary": {"claims": ["country"]}},
                },
            },
        )
        app = create_app(settings, self.supergraph, transports={"shop": FunctionTransport(self.answer)})
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://router") as client,
        ):
            yield client


async def ask(client: httpx.AsyncClient, field: str, token: str | None = None) -> Any:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    response = await client.post("/graphql", json={"query": field}, headers=headers)
    return next(iter(response.json()["data"].values()))


def token(number: int = 0, secret: str = SECRET, **claims: Any) -> str:
    """`number` tells tokens of the same viewer apart."""
    return jwt.encode({"exp": 40_000_000_000 + number, **claims}, secret)


async def test_a_new_token_of_the_same_viewer_finds_what_was_kept() -> None:
    shop = Shop()
    async with shop.serving() as client:
        for number in range(4):
            assert await ask(client, "{ mine }", token(number, sub="ada")) == "of ada"
        assert len(shop.asked) == 1
        assert await ask(client, "{ mine }", token(sub="bob")) == "of bob"
        assert len(shop.asked) == 2


async def test_those_with_the_same_claims_share_what_depends_on_them() -> None:
    shop = Shop()
    async with shop.serving() as client:
        for sub in ("ada", "bob", "eve"):
            assert await ask(client, "{ price }", token(sub=sub, country="CH")) == "in CH"
            assert await ask(client, "{ price }", token(sub=sub, country="DE")) == "in DE"
        assert len(shop.asked) == 2


async def test_without_a_claim_nothing_is_kept_but_what_is_the_same_for_all() -> None:
    shop = Shop()
    async with shop.serving() as client:
        for _ in range(2):
            assert await ask(client, "{ mine }") == "of None"
            assert await ask(client, "{ price }", token(sub="ada")) == "in None"
            assert await ask(client, "{ same }") == await ask(client, "{ same }", token(sub="ada")) == "all"
    assert sorted(shop.asked).count("{same}") <= 1
    assert len(shop.asked) == 5


async def test_the_claims_of_a_token_that_does_not_count_are_no_claims() -> None:
    shop = Shop()
    forged = token(sub="ada", country="CH", secret="another secret that is long enough")
    async with shop.serving(on_error="continue") as client:
        await ask(client, "{ mine }", token(sub="ada"))
        await ask(client, "{ price }", token(sub="ada", country="CH"))
        for _ in range(2):
            # The subgraph here believes everybody; it is asked each time, and what it says is not kept.
            await ask(client, "{ mine }", forged)
            await ask(client, "{ price }", forged)
        assert len(shop.asked) == 6
        assert await ask(client, "{ mine }", token(1, sub="ada")) == "of ada"
        assert len(shop.asked) == 6


async def test_a_mutation_drops_what_is_private_to_its_viewer_whatever_the_token() -> None:
    shop = Shop()
    async with shop.serving() as client:
        for sub in ("ada", "bob"):
            await ask(client, "{ mine }", token(sub=sub))
        await ask(client, "mutation { touch }", token(1, sub="ada"))
        shop.asked.clear()

        await ask(client, "{ mine }", token(2, sub="bob"))
        assert shop.asked == []
        await ask(client, "{ mine }", token(2, sub="ada"))
        assert len(shop.asked) == 1


@pytest.mark.parametrize("where", ["connection", "twice"])
async def test_nobody_puts_the_answer_of_another_in_its_place(where: str) -> None:
    """What the subgraph answers without the token must not be kept for those who have it."""
    shop = Shop()
    swiss = ("authorization", f"Bearer {token(sub='eve', country='CH')}")
    other = ("connection", "authorization") if where == "connection" else ("authorization", "Bearer x")
    async with shop.serving() as client:
        await client.post("/graphql", json={"query": "{ price }"}, headers=[swiss, other])

        assert await ask(client, "{ price }", token(sub="ada", country="CH")) == "in CH"
