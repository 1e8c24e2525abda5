"""A graph with every kind of demand, behind the cache, of which a test sees what is asked of subgraphs."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import msgspec

from router.cache.memory import MemoryStore
from router.cache.settings import FieldCacheSettings
from router.composition import compose
from router.federation.subgraph import Subgraph
from router.federation.supergraph import Supergraph
from router.pipeline import GraphQLRequest, Pipeline
from router.preparation import PreparationOptions
from router.security.authorization import Authorization
from router.security.principal import Principal
from router.security.settings import AuthorizationSettings
from tests.cache.graph import Clock, Row, World

HEAD = """
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
      "@key", "@shareable", "@external", "@requires", "@authenticated", "@requiresScopes", "@policy"
    ])
"""
SDLS = {
    "people": """
        type Query {
          open: Int
          me: Person
          people: [Person!]!
          person(id: ID!): Person
          signedIn: Int @authenticated
          must: Int! @authenticated
          scoped: Int @requiresScopes(scopes: [["read", "write"], ["admin"]])
          vip: Int @policy(policies: [["vip"], ["staff", "here"]])
          both: Int @authenticated @policy(policies: [["vip"]])
          level: Level
          token: Token
          account: Account
          node(id: ID!): Node
          named(id: ID!): Named
          found: [Found!]!
        }
        type Mutation { rename(id: ID!, name: String!): Person  wipe: Boolean @authenticated }
        enum Level @authenticated { LOW HIGH }
        scalar Token @requiresScopes(scopes: [["admin"]])
        interface Node { id: ID! }
        interface Named { name: String  nick: String }
        type Person implements Named @key(fields: "id") {
          id: ID!
          name: String
          nick: String @authenticated
          email: String @requiresScopes(scopes: [["read"]])
          birthday: String! @authenticated
          friends: [Person!]!
          account: Account
        }
        type Pet implements Named { name: String  nick: String }
        type Account implements Node @authenticated { id: ID!  balance: Int @requiresScopes(scopes: [["read"]])  plain: Int }
        type Page implements Node { id: ID!  title: String }
        union Found = Account | Page
    """,
    "scores": """
        type Person @key(fields: "id") {
          id: ID!
          name: String @external
          score: Int
          rank: Int @authenticated
          email: String @external
          hash: String @requires(fields: "email") @requiresScopes(scopes: [["read"]])
          initial: String @requires(fields: "name")
        }
    """,
}


def rows() -> dict[str, Row]:
    people = {
        f"Person:{number}": {
            "id": str(number), "name": name, "nick": f"secret nick {number}", "email": f"secret email {number}",
            "birthday": f"secret birthday {number}", "friends": [f"Person:{number % 2 + 1}"], "account": f"Account:{number}",
            "score": number, "rank": 7000 + number, "hash": f"secret hash {number}", "initial": name[0],
        }
        for number, name in ((1, "Ada"), (2, "Bob"))
    }  # fmt: skip
    accounts = {
        f"Account:{number}": {
            "id": f"secret account {number}",
            "balance": 7000 + number,
            "plain": 7100 + number,
        }
        for number in (1, 2)
    }
    pages = {"Page:1": {"id": "p1", "title": "Home"}}
    pets = {"Pet:1": {"name": "Rex", "nick": "R"}}
    query = {
        "open": 1, "me": "Person:1", "people": ["Person:1", "Person:2"], "person": lambda id: f"Person:{id}",  # noqa: A006
        "signedIn": 7001, "must": 7002, "scoped": 7003, "vip": 7004, "both": 7005, "level": "HIGH", "token": "secret token",
        "account": "Account:1", "node": lambda id: id, "named": lambda id: id, "found": ["Page:1", "Account:1"],  # noqa: A006
        "rename": lambda id, name: f"Person:{id}", "wipe": True,  # noqa: A006
    }  # fmt: skip
    return {**people, **accounts, **pages, **pets, "Query": query}


SUPERGRAPH = Supergraph.parse(
    compose([Subgraph(name, f"http://{name}", HEAD + sdl) for name, sdl in SDLS.items()]).supergraph_sdl
)
ANONYMOUS = None
SIGNED_IN: Mapping[str, Any] = {"sub": "ada"}
READER: Mapping[str, Any] = {"sub": "rea", "scope": "read"}
ADMIN: Mapping[str, Any] = {"sub": "adm", "scope": "read write admin"}


def principal(claims: Mapping[str, Any] | None) -> Principal | None:
    return None if claims is None else Principal(claims, repr(claims).encode())


class Graph:
    """`grants` is the hook for policies. Everything may be kept for a minute, unless the cache's settings say something else."""

    def __init__(
        self,
        authorization: Mapping[str, Any] | None = None,
        grants: Callable[..., Collection[str] | Awaitable[Collection[str]]] | None = None,
        *,
        compiled: bool = True,
        cache: Mapping[str, Any] | None = None,
        supergraph: Supergraph | None = None,
    ) -> None:
        supergraph = supergraph or SUPERGRAPH
        clock = Clock()
        given = {"policy": {"*": {"maxAge": 60}}, "jitter": 0, **(cache or {})}
        self.world = World(
            supergraph,
            rows(),
            FieldCacheSettings.model_validate(given),
            MemoryStore(clock, 10_000_000),
            clock,
        )
        settings = AuthorizationSettings(**(authorization or {}))
        self.pipeline = Pipeline(
            supergraph,
            self.world.transports,
            PreparationOptions(compiled=compiled, authorization=settings.directives.enabled),
            Authorization(settings, grants),
        )

    def with_cache(self) -> "Graph":
        """From now on whole answers are kept as well."""
        self.pipeline.cache = self.world.cache
        return self

    async def ask(self, query: str, claims: Mapping[str, Any] | None = ANONYMOUS, **variables: Any) -> Any:
        """The response map, when everything that follows from it is done."""
        request = GraphQLRequest(query, variables=variables, principal=principal(claims))
        response = await self.pipeline.execute(request)
        await self.world.cache.close()
        return msgspec.json.decode(response.body)

    def asked(self) -> str:
        """The texts of all that was asked of subgraphs since the last time."""
        return "\n".join(call.query for call in self.world.taken_calls())
