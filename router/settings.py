"""The router's settings: router.yaml, the environment and the command line, typed, with errors that say where and what.

Later sources win: defaults, router.yaml, `ROUTER__…` variables, what the caller gives.
"""

from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from router.operation.budget import MAX_WORK
from router.upstream.headers import DEFAULT_NAMES, HeaderRules

ENV_PREFIX: Final = "ROUTER__"
ENV_DELIMITER: Final = "__"

Positive = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class CorsSettings(_Section):
    """Which pages of other origins may use the graph from a browser."""

    origins: tuple[str, ...] = ()
    """Such as `https://app.example.com`. `*` is any, and then without credentials."""
    credentials: bool = False
    """Lets browsers send cookies and HTTP authentication along."""
    headers: tuple[str, ...] = ("authorization", "content-type", "x-request-id")
    """Request headers that those pages may set."""

    @model_validator(mode="after")
    def _credentials_need_names(self) -> Self:
        if self.credentials and "*" in self.origins:
            raise ValueError("with credentials, name the origins instead of *")
        return self


class ServerSettings(_Section):
    """Where the router listens."""

    host: str = "127.0.0.1"
    """`0.0.0.0` for every interface, as in a container."""
    port: Annotated[int, Field(ge=0, le=65535)] = 4000
    """0 takes a free one."""
    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/-]+$")] = "/graphql"
    """The path of the GraphQL endpoint."""
    drain_seconds: Annotated[float, Field(ge=0)] = 0
    """How long to go on serving after SIGTERM, while /ready says 503, so that load balancers look elsewhere first."""
    cors: CorsSettings = CorsSettings()


class LimitSettings(_Section):
    """What a request may cost before anything is fetched for it."""

    max_body_bytes: Positive = 2_000_000
    """Of an HTTP request."""
    max_query_characters: Positive = 100_000
    """Of a document."""
    max_tokens: Positive = 10_000
    """Of a document: names, punctuation and values."""
    max_depth: Positive = 50
    """Of fields in fields, through fragments. The introspection query of tools has 15."""
    max_fields: Positive = 5_000
    """Of an operation, those of a fragment as often as it is spread."""
    max_planning_work: Positive = MAX_WORK
    """Selections that the planner looks at; one on an interface counts for each of its types. Most plans take less than 100."""


class CacheSettings(_Section):
    """A cache in memory that drops what was used longest ago."""

    size: Annotated[int, Field(ge=0)] = 1000
    """Entries. 0 caches nothing."""


class DocumentCacheSettings(CacheSettings):
    """Parsed and validated documents, by their text."""

    characters: Positive = 5_000_000
    """Of all its documents. A character takes some 50 bytes of memory."""


class PlanCacheSettings(CacheSettings):
    """Query plans, by normalised operation without its literals."""

    work: Positive = 500_000
    """That its plans took together, counted as for `limits.max_planning_work`."""


class PersistedQueriesSettings(_Section):
    """Automatic persisted queries: a client sends the hash of a text that the router has seen."""

    enabled: bool = True
    size: Positive = 1000
    """Texts kept in the memory of a process."""
    ttl_seconds: Positive = 24 * 60 * 60
    """How long Redis keeps a text, where there is one."""


class CsrfSettings(_Section):
    """Refuses GET requests that a page of another origin can make a browser send without asking (docs/router.md)."""

    enabled: bool = True
    headers: tuple[str, ...] = ("apollo-require-preflight", "x-apollo-operation-name")
    """Any one of these shows that the browser did ask first."""

    @field_validator("headers")
    @classmethod
    def _in_lower_case(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name.lower() for name in names)


class ExplorerSettings(_Section):
    """GraphiQL at `/`."""

    enabled: bool = True
    title: str = "SoftFactory"
    examples: Path | None = None
    """A folder with `NAME.graphql` and, where it needs them, `NAME.variables.json`."""
    open: str | None = None
    """The name of the example to open first."""
    headers: dict[str, str] = Field(default_factory=dict)
    """What the headers editor is filled with. Everybody who opens the page reads it."""


class UpstreamSettings(_Section):
    """Requests to subgraphs over HTTP."""

    timeout_seconds: Seconds = 30
    """For the whole of an answer."""
    connect_timeout_seconds: Seconds = 3
    max_response_bytes: Positive = 64 * 1024 * 1024
    max_connections: Positive = 100
    """To one subgraph."""


class SubgraphSettings(_Section):
    """What differs for one subgraph. Its name is the one that the supergraph has for it."""

    url: HttpUrl | None = None
    """In place of the URL in the supergraph."""
    timeout_seconds: Seconds | None = None


class HeaderSettings(_Section):
    """Headers between clients and subgraphs."""

    propagate: tuple[str, ...] = tuple(sorted(DEFAULT_NAMES))
    """Headers of the client's request that go on to every subgraph."""

    @field_validator("propagate")
    @classmethod
    def _in_lower_case(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        lowered = tuple(name.lower() for name in names)
        HeaderRules(frozenset(lowered))
        return lowered


class RouterSettings(BaseSettings):
    """Everything about the router that is not the supergraph."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        env_prefix=ENV_PREFIX,
        env_nested_delimiter=ENV_DELIMITER,
    )

    supergraph: Path | None = None
    """The supergraph SDL to serve. `softfactory router --supergraph FILE` gives it, too."""
    server: ServerSettings = ServerSettings()
    limits: LimitSettings = LimitSettings()
    introspection: bool = True
    """Off: `__schema` and `__type` are refused, and errors suggest no names."""
    document_cache: DocumentCacheSettings = DocumentCacheSettings()
    """Parsed and validated documents, by their text."""
    plan_cache: PlanCacheSettings = PlanCacheSettings()
    """Query plans, by normalised operation without its literals."""
    persisted_queries: PersistedQueriesSettings = PersistedQueriesSettings()
    redis_url: str | None = None
    """`redis://…`, to share persisted queries between processes. Also read from REDIS_URL."""
    csrf: CsrfSettings = CsrfSettings()
    explorer: ExplorerSettings = ExplorerSettings()
    upstream: UpstreamSettings = UpstreamSettings()
    subgraphs: dict[str, SubgraphSettings] = Field(default_factory=dict)
    headers: HeaderSettings = HeaderSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Sources are read by `router.settings_sources`, which knows where each value came from."""
        return (init_settings,)
