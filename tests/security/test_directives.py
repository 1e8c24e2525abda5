"""@authenticated, @requiresScopes and @policy: what is left of an answer, what is said of the rest, and what is never asked."""

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest

from router.errors import RouterError
from router.federation.authorization import Demand, DemandKind, GraphDemands
from router.federation.supergraph import Supergraph
from router.pipeline import GraphQLRequest
from router.security.authorization import authorization
from router.security.settings import AuthorizationSettings
from tests.security.graph import ADMIN, ANONYMOUS, READER, SIGNED_IN, SUPERGRAPH, Graph, principal

Claims = Mapping[str, Any] | None


def paths(answer: Any) -> list[str]:
    for each in answer.get("errors", ()):
        assert each == {
            "message": "Unauthorized field or type",
            "path": each["path"],
            "extensions": {"code": "UNAUTHORIZED_FIELD_OR_TYPE"},
        }
    return [".".join(each["path"]) for each in answer.get("errors", ())]


CASES: list[tuple[str, Claims, Any, list[str]]] = [
    ("{ open signedIn }", ANONYMOUS, {"open": 1, "signedIn": None}, ["signedIn"]),
    ("{ open signedIn }", SIGNED_IN, {"open": 1, "signedIn": 7001}, []),
    ("{ signedIn }", ANONYMOUS, {"signedIn": None}, ["signedIn"]),
    ("{ open must }", ANONYMOUS, None, ["must"]),
    ("{ a: must b: open }", SIGNED_IN, {"a": 7002, "b": 1}, []),
    ("{ x: signedIn }", ANONYMOUS, {"x": None}, ["x"]),
    ("{ scoped }", SIGNED_IN, {"scoped": None}, ["scoped"]),
    ("{ scoped }", READER, {"scoped": None}, ["scoped"]),
    ("{ scoped }", {"scope": "write read more"}, {"scoped": 7003}, []),
    ("{ scoped }", {"scope": "admin"}, {"scoped": 7003}, []),
    ("{ scoped }", {"scope": ["read", "write"]}, {"scoped": 7003}, []),
    ("{ scoped }", {"scope": {"admin": True}}, {"scoped": None}, ["scoped"]),
    ("{ scoped }", {"scope": 7}, {"scoped": None}, ["scoped"]),
    ("{ level token }", ANONYMOUS, {"level": None, "token": None}, ["level", "token"]),
    ("{ level token }", SIGNED_IN, {"level": "HIGH", "token": None}, ["token"]),
    ("{ level token }", ADMIN, {"level": "HIGH", "token": "secret token"}, []),
    ("{ me { name nick } }", ANONYMOUS, {"me": {"name": "Ada", "nick": None}}, ["me.nick"]),
    ("{ me { nick } }", ANONYMOUS, {"me": {"nick": None}}, ["me.nick"]),
    ("{ person(id: 9) { nick } }", ANONYMOUS, {"person": None}, ["person.nick"]),
    ("{ me { name birthday } open }", ANONYMOUS, {"me": None, "open": 1}, ["me.birthday"]),
    ("{ people { name birthday } open }", ANONYMOUS, None, ["people.@.birthday"]),
    (
        "{ people { name nick friends { email } } }",
        SIGNED_IN,
        {
            "people": [
                {"name": "Ada", "nick": "secret nick 1", "friends": [{"email": None}]},
                {"name": "Bob", "nick": "secret nick 2", "friends": [{"email": None}]},
            ]
        },
        ["people.@.friends.@.email"],
    ),
    # A type, wherever it comes from.
    ("{ account { id } }", ANONYMOUS, {"account": None}, ["account"]),
    (
        "{ me { name account { plain } } }",
        ANONYMOUS,
        {"me": {"name": "Ada", "account": None}},
        ["me.account"],
    ),
    (
        "{ account { balance plain } }",
        SIGNED_IN,
        {"account": {"balance": None, "plain": 7101}},
        ["account.balance"],
    ),
    # Composition has the interface demand what one of its types does.
    ('{ node(id: "Page:1") { id } }', ANONYMOUS, {"node": None}, ["node"]),
    ('{ node(id: "Page:1") { ... on Page { title } } }', ANONYMOUS, {"node": None}, ["node"]),
    ('{ node(id: "Page:1") { ... on Page { title } } }', SIGNED_IN, {"node": {"title": "Home"}}, []),
    (
        '{ named(id: "Pet:1") { name nick } }',
        ANONYMOUS,
        {"named": {"name": "Rex", "nick": None}},
        ["named.nick"],
    ),
    (
        '{ named(id: "Pet:1") { nick ... on Pet { nick } } }',
        ANONYMOUS,
        {"named": {"nick": "R"}},
        ["named.nick"],
    ),
    (
        '{ named(id: "Person:1") { nick ... on Pet { nick } } }',
        ANONYMOUS,
        {"named": {"nick": None}},
        ["named.nick"],
    ),
    # A union demands nothing, its members do.
    (
        "{ found { __typename ... on Page { title } ... on Account { plain } } }",
        ANONYMOUS,
        {"found": [{"__typename": "Page", "title": "Home"}, {"__typename": "Account", "plain": None}]},
        ["found.@.plain"],
    ),
    (
        "{ found { ... on Account { plain __typename } } }",
        ANONYMOUS,
        {"found": [{}, {"plain": None, "__typename": "Account"}]},
        ["found.@.plain"],
    ),
    (
        "{ found { ... on Account { id } ... on Page { id } } open }",
        ANONYMOUS,
        None,
        ["found.@.id"],
    ),
    # Fragments by name, spread in several places.
    (
        "{ me { ...F } people { ...F } } fragment F on Person { name nick }",
        ANONYMOUS,
        {
            "me": {"name": "Ada", "nick": None},
            "people": [{"name": "Ada", "nick": None}, {"name": "Bob", "nick": None}],
        },
        ["me.nick", "people.@.nick"],
    ),
    ("{ ...Q ...Q } fragment Q on Query { signedIn }", ANONYMOUS, {"signedIn": None}, ["signedIn"]),
    (
        "{ found { ...N } } fragment N on Node { ...A } fragment A on Account { plain }",
        ANONYMOUS,
        {"found": [{}, {"plain": None}]},
        ["found.@.plain"],
    ),
    # Across subgraphs, and what the router asks for itself.
    ("{ me { score rank } }", ANONYMOUS, {"me": {"score": 1, "rank": None}}, ["me.rank"]),
    ("{ me { initial hash } }", ANONYMOUS, {"me": {"initial": "A", "hash": None}}, ["me.hash"]),
    ("{ me { hash } }", READER, {"me": {"hash": "secret hash 1"}}, []),
    # The schema is no secret.
    (
        '{ __typename __type(name: "Account") { name fields { name } } signedIn }',
        ANONYMOUS,
        {
            "__typename": "Query",
            "__type": {"name": "Account", "fields": [{"name": "id"}, {"name": "balance"}, {"name": "plain"}]},
            "signedIn": None,
        },
        ["signedIn"],
    ),
    ("mutation { wipe }", ANONYMOUS, {"wipe": None}, ["wipe"]),
    (
        'mutation { wipe rename(id: 1, name: "x") { id nick } }',
        ANONYMOUS,
        {"wipe": None, "rename": {"id": "1", "nick": None}},
        ["wipe", "rename.nick"],
    ),
]


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(("query", "claims", "data", "missing"), CASES)
async def test_answers(query: str, claims: Claims, data: Any, missing: list[str], compiled: bool) -> None:
    graph = Graph(compiled=compiled)

    for _ in range(3):
        answer = await graph.ask(query, claims)
        assert (answer["data"], paths(answer)) == (data, missing)
    # Some other type has the others, too, and nobody has to be signed in for these.
    never = {path.split(".")[-1] for path in missing} - {"id", "nick"}
    asked = graph.asked()
    assert not any(name in asked for name in never)


async def test_keys_come_in_the_order_in_which_they_were_asked_for() -> None:
    answer = await Graph().ask("{ signedIn me { nick name email id } open }")

    assert list(answer["data"]) == ["signedIn", "me", "open"]
    assert list(answer["data"]["me"]) == ["nick", "name", "email", "id"]


@pytest.mark.parametrize(
    ("variables", "data", "missing"),
    [
        ({"on": True}, {"open": 1, "signedIn": None, "me": {"nick": None}}, ["signedIn", "me.nick"]),
        ({"on": False}, {"open": 1, "me": {}}, []),
    ],
)
async def test_what_is_not_asked_for_is_no_error(variables: Any, data: Any, missing: list[str]) -> None:
    query = """
        query Q($on: Boolean!) {
          open signedIn @include(if: $on) must @skip(if: true)
          me { ... @include(if: $on) { nick } email @include(if: false) }
        }
    """
    graph = Graph()

    for _ in range(3):
        answer = await graph.ask(query, **variables)
        assert (answer["data"], paths(answer)) == (data, missing)


async def test_a_fragment_on_a_protected_type_gives_nothing_of_what_is_in_it() -> None:
    """Also where that is of a type that is not protected itself."""
    supergraph = Supergraph.parse(SUPERGRAPH.sdl)
    supergraph.demands = GraphDemands({"Node": frozenset({Demand(DemandKind.AUTHENTICATED)})})

    answer = await Graph(supergraph=supergraph).ask(
        "{ found { ... on Node { ... on Page { title } } ... on Page { id } } }"
    )

    assert answer["data"] == {"found": [{"title": None, "id": "p1"}, {}]}
    assert paths(answer) == ["found.@.title"]


@pytest.mark.parametrize(
    ("granted", "expected"),
    [
        (set(), None),
        ({"vip"}, 7004),
        ({"staff"}, None),
        ({"staff", "here"}, 7004),
        ({"here", "staff", "other"}, 7004),
    ],
)
@pytest.mark.parametrize("waits", [True, False])
async def test_policies_are_for_a_hook_to_grant(granted: set[str], expected: int | None, waits: bool) -> None:
    asked = []

    def grants(policies: frozenset[str], claims: Claims) -> Any:
        asked.append((policies, claims))

        async def later() -> set[str]:
            return granted

        return later() if waits else granted

    answer = await Graph(grants=grants).ask("{ vip }", SIGNED_IN)

    assert (answer["data"], paths(answer)) == ({"vip": expected}, [] if expected else ["vip"])
    assert asked == [(frozenset({"vip", "staff", "here"}), SIGNED_IN)]


async def test_policies_are_asked_for_once_and_only_where_there_are_any() -> None:
    asked = []

    def grants(policies: frozenset[str], claims: Claims) -> frozenset[str]:
        asked.append((policies, claims))
        return policies

    graph = Graph(grants=grants)

    assert (await graph.ask("{ open signedIn }"))["data"] == {"open": 1, "signedIn": None}
    assert asked == []
    assert (await graph.ask("{ vip both }"))["data"] == {"vip": 7004, "both": None}
    assert asked == [({"vip", "staff", "here"}, None)]


@pytest.mark.parametrize("grants", [None, lambda *_: 1 / 0, lambda *_: None, lambda: {"vip"}, lambda *_: 7])
async def test_without_a_hook_that_works_no_policy_is_granted(grants: Any) -> None:
    answer = await Graph(grants=grants).ask("{ vip open }", ADMIN)

    assert (answer["data"], paths(answer)) == ({"vip": None, "open": 1}, ["vip"])


async def test_scopes_may_be_in_another_claim() -> None:
    graph = Graph({"scope_claim": "scopes"})

    assert (await graph.ask("{ scoped }", {"scopes": ["admin"]}))["data"] == {"scoped": 7003}
    assert (await graph.ask("{ scoped }", {"scope": "admin"}))["data"] == {"scoped": None}


@pytest.mark.parametrize(("claims", "status"), [(ANONYMOUS, 401), (SIGNED_IN, 403)])
async def test_the_whole_request_may_be_refused(claims: Claims, status: int) -> None:
    graph = Graph({"directives": {"reject_unauthorized": True}})
    request = GraphQLRequest("{ open scoped me { email } }", principal=principal(claims))

    response = await graph.pipeline.execute(request)

    assert response.refused is not None
    assert (response.refused.code, response.refused.status) == ("UNAUTHORIZED_FIELD_OR_TYPE", status)
    answer = await graph.ask("{ open scoped me { email } }", claims)
    assert "data" not in answer
    assert paths(answer) == ["scoped", "me.email"]
    assert graph.asked() == ""
    assert (await graph.ask("{ open }", claims))["data"] == {"open": 1}


async def test_errors_may_be_told_elsewhere_or_nowhere() -> None:
    beside = await Graph({"directives": {"errors": "extensions"}}).ask("{ open must }")
    assert beside["data"] is None
    assert "errors" not in beside
    [error] = beside["extensions"]["authorizationErrors"]
    assert (error["path"], error["extensions"]["code"]) == (["must"], "UNAUTHORIZED_FIELD_OR_TYPE")

    silent = await Graph({"directives": {"errors": "disabled"}}).ask("{ open signedIn }")
    assert silent == {"data": {"open": 1, "signedIn": None}}


async def test_the_directives_may_be_left_to_subgraphs() -> None:
    graph = Graph({"directives": {"enabled": False}})

    assert await graph.ask("{ signedIn account { id } }") == {
        "data": {"signedIn": 7001, "account": {"id": "secret account 1"}}
    }


async def test_errors_of_subgraphs_stand_beside_ours() -> None:
    graph = Graph()
    graph.world.rows["Query"]["open"] = ValueError("broken")

    answer = await graph.ask("{ open signedIn }")

    assert answer["data"] == {"open": None, "signedIn": None}
    assert [each["path"] for each in answer["errors"]] == [["open"], ["signedIn"]]


async def test_whoever_has_the_same_rights_shares_a_plan() -> None:
    graph = Graph()
    for claims in (ANONYMOUS, SIGNED_IN, {"sub": "bob"}, READER, ANONYMOUS):
        await graph.ask("{ signedIn open }", claims)
    await graph.ask("{ open }")

    # One for the whole, and one for what is left of it, which is as if somebody had asked for no more.
    assert graph.pipeline.statistics().plans.misses == 2


async def test_programs_are_made_for_what_is_left() -> None:
    graph = Graph()
    for _ in range(4):
        await graph.ask("{ people { name nick } }")

    programs = graph.pipeline.statistics().programs
    assert (programs.misses, programs.hits) == (1, 2)


def test_names_of_directives_are_those_that_the_supergraph_gives_them() -> None:
    sdl = SUPERGRAPH.sdl
    link = '@link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)'
    assert link in sdl
    renamed = sdl.replace(link, link.replace(", for", ', as: "needs", for')).replace(
        "@requiresScopes(", "@needs("
    )

    assert Supergraph.parse(renamed).demands == SUPERGRAPH.demands
    assert SUPERGRAPH.demands.fields["Query", "scoped"] == {
        Demand(DemandKind.SCOPES, frozenset({frozenset({"read", "write"}), frozenset({"admin"})}))
    }


def test_a_graph_without_directives_demands_nothing(small_graph: Any) -> None:
    assert not small_graph.supergraph.demands


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("no.such:thing", "No module named 'no"),
        ("json:nothing", "nothing"),
        ("json:decoder", "is no function"),
    ],
)
def test_a_hook_has_to_be_there(path: str, problem: str) -> None:
    with pytest.raises(RouterError, match=problem) as refused:
        authorization(AuthorizationSettings(policies=path))
    assert refused.value.code == "INVALID_SETTINGS"


@pytest.mark.parametrize("path", ["", "module", "a:b:c", "a b:c", ":c", "a:"])
def test_a_hook_is_named_by_its_path(path: str) -> None:
    with pytest.raises(ValueError, match="should name a function"):
        AuthorizationSettings(policies=path)


async def test_a_hook_is_found_by_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("company_policies")
    module.granted = lambda policies, claims: policies  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "company_policies", module)
    found = authorization(AuthorizationSettings(policies="company_policies:granted"))

    assert await found.unmet([Demand(DemandKind.POLICIES, frozenset({frozenset({"x"})}))], None) == ()
