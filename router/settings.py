"""The router's settings: router.yaml, the environment and the command line, typed, with errors that say where and what.

Later sources win: defaults, router.yaml, `ROUTER__…` variables, what the caller gives.
"""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from router.cache.settings import FieldCacheSettings
from router.operation.budget import MAX_WORK
from router.security.settings import AuthenticationSettings, AuthorizationSettings
from router.telemetry.settings import TelemetrySettings
from router.upstream.deadline import HEADER as DEADLINE_HEADER
from router.upstream.headers import DEFAULT_NAMES, HeaderRules
from router.upstream.http1.target import read_url

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
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes that share the port. More than one have a supervisor, which replaces those that end."""
    drain_seconds: Annotated[float, Field(ge=0)] = 0
    """How long to go on serving after SIGTERM, while /ready says 503, so that load balancers look elsewhere first."""
    cors: CorsSettings = CorsSettings()


class ReloadSettings(_Section):
    """What is served while the router runs."""

    watch: bool = True
    """Takes in the supergraph and the settings when their files change. SIGHUP does so in any case."""
    new_workers: bool = False
    """With several workers, starts new ones for what is new. Else each takes it in, and then has a supergraph of its own."""


class CompressionSettings(_Section):
    """Of answers, for clients that accept it. Requests may come compressed in any case."""

    enabled: bool = True
    minimum_bytes: Positive = 1024
    """Smaller answers are sent as they are, since they fit into one packet anyway."""
    algorithms: tuple[Literal["zstd", "br", "gzip"], ...] = ("zstd", "br", "gzip")
    """Those that may be used. Earlier ones are preferred where a client accepts several equally well."""


class BatchingSettings(_Section):
    """Lists of requests in one POST, as some clients send them."""

    enabled: bool = False
    max_operations: Positive = 10
    """In one list. They are executed at the same time."""


class TrafficSettings(_Section):
    """What requests that are under way at the same time share."""

    single_flight: Literal["off", "subgraphs", "all"] = "subgraphs"
    """Equal queries at the same time: `subgraphs` shares their requests to subgraphs, `all` also the whole answer."""

    @field_validator("single_flight", mode="before")
    @classmethod
    def _off_is_a_word(cls, value: object) -> object:
        """In YAML 1.1 `off` is false."""
        return "off" if value is False else value


class LimitSettings(_Section):
    """What a request may cost before anything is fetched for it, and how long it may take."""

    request_timeout_seconds: Seconds = 60
    """Within which all requests to subgraphs for it must end. A client may ask for less, by `upstream.deadline_header`."""
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


class ProgramCacheSettings(CacheSettings):
    """Programs that plans are compiled to, by operation and by the values of its conditions."""

    characters: Positive = 3_000_000
    """Of the code of all its programs. A character takes some 9 bytes of memory."""


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


class RetrySettings(_Section):
    """Queries that are sent again where a subgraph could not be reached, or said by 502, 503 or 504 that it was not ready."""

    attempts: Annotated[int, Field(ge=1, le=10)] = 2
    """With the first one; 1 sends nothing again. Mutations never are."""
    backoff_seconds: Seconds = 0.05
    """The first pause is a random part of it, each further one of twice as much."""
    max_backoff_seconds: Seconds = 1
    """A pause is longer only where the subgraph asks for it by Retry-After."""
    budget: Annotated[float, Field(ge=0, le=1)] = 0.2
    """The part of a subgraph's calls of ten seconds that may be retries. Three in a second are allowed in any case."""


class CircuitBreakerSettings(_Section):
    """Leaves a subgraph alone that keeps failing. Failures: no connection, no answer in time, 5xx that is not GraphQL."""

    enabled: bool = True
    window: Annotated[int, Field(ge=1, le=10_000)] = 100
    """The last so many calls count."""
    min_calls: Positive = 20
    """Below that it stays closed."""
    failure_share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """From this part of failures on it opens."""
    open_seconds: Seconds = 5
    """After that some calls are tried."""
    probes: Positive = 3
    """So many at a time, and so many that succeed close it again."""


class UpstreamSettings(_Section):
    """Requests to subgraphs over HTTP."""

    timeout_seconds: Seconds = 30
    """For the whole of an answer."""
    connect_timeout_seconds: Seconds = 3
    read_timeout_seconds: Seconds | None = None
    """For the time without a byte of an answer. None: only the whole counts."""
    max_response_bytes: Positive = 64 * 1024 * 1024
    """Of an answer, decompressed."""
    max_connections: Positive = 100
    """To one subgraph."""
    max_connection_age_seconds: Seconds = 60
    """After its next answer an older connection is closed, so that a changed address is followed."""
    accept_encoding: tuple[Literal["gzip", "deflate"], ...] = ()
    """Compressions to ask for. None by default, since inside a network they cost more than they save."""
    client: Literal["own", "aiohttp"] = "own"
    """`aiohttp` takes several times the processor time."""
    proxy: HttpUrl | None = None
    """An HTTP proxy for all subgraphs. Only aiohttp has it, so it is the client then."""
    deadline_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] | None = DEADLINE_HEADER
    """Has the milliseconds that are left, from clients and to subgraphs. null: it is neither read nor sent."""
    retry: RetrySettings = RetrySettings()
    circuit_breaker: CircuitBreakerSettings = CircuitBreakerSettings()

    @field_validator("deadline_header")
    @classmethod
    def _in_lower_case(cls, name: str | None) -> str | None:
        if name is not None:
            name = name.lower()
            HeaderRules(frozenset({name}))
        return name


def _subgraph_url(url: str) -> str:
    try:
        read_url(url)
    except ValueError as error:
        raise PydanticCustomError("url", "Input should be a valid URL: {why}", {"why": str(error)}) from None
    return url


class TlsSettings(_Section):
    """Certificates for `https://` URLs, in PEM files."""

    ca: Path | None = None
    """Authorities to trust in place of the system's."""
    certificate: Path | None = None
    """Our own, for a subgraph that asks for one."""
    key: Path | None = None
    """Of our own certificate, where it is not in the same file."""

    @model_validator(mode="after")
    def _key_needs_certificate(self) -> Self:
        if self.key and not self.certificate:
            raise ValueError("a key needs its certificate")
        return self


class SubgraphSettings(_Section):
    """What differs for one subgraph. Its name is the one that the supergraph has for it."""

    url: Annotated[str, AfterValidator(_subgraph_url)] | None = None
    """In place of the URL in the supergraph. Also `unix:/path/to.sock` or `unix:/path/to.sock:/graphql`."""
    timeout_seconds: Seconds | None = None
    tls: TlsSettings = TlsSettings()
    retry: RetrySettings = RetrySettings()
    """Only what is written here differs from the upstream's."""
    circuit_breaker: CircuitBreakerSettings = CircuitBreakerSettings()
    """Only what is written here differs from the upstream's."""


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
    reload: ReloadSettings = ReloadSettings()
    compression: CompressionSettings = CompressionSettings()
    batching: BatchingSettings = BatchingSettings()
    traffic: TrafficSettings = TrafficSettings()
    limits: LimitSettings = LimitSettings()
    introspection: bool = True
    """Off: `__schema` and `__type` are refused, and errors suggest no names."""
    document_cache: DocumentCacheSettings = DocumentCacheSettings()
    """Parsed and validated documents, by their text."""
    plan_cache: PlanCacheSettings = PlanCacheSettings()
    """Query plans, by normalised operation without its literals."""
    compile: bool = True
    """Off: plans are interpreted, which answers the same and takes many times the processor time."""
    program_cache: ProgramCacheSettings = ProgramCacheSettings()
    """Programs that plans are compiled to."""
    persisted_queries: PersistedQueriesSettings = PersistedQueriesSettings()
    redis_url: str | None = None
    """`redis://…`, to share persisted queries between processes. Also read from REDIS_URL."""
    cache: FieldCacheSettings = FieldCacheSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    csrf: CsrfSettings = CsrfSettings()
    explorer: ExplorerSettings = ExplorerSettings()
    upstream: UpstreamSettings = UpstreamSettings()
    subgraphs: dict[str, SubgraphSettings] = Field(default_factory=dict)
    headers: HeaderSettings = HeaderSettings()
    authentication: AuthenticationSettings = AuthenticationSettings()
    authorization: AuthorizationSettings = AuthorizationSettings()

    @model_validator(mode="after")
    def _claims_need_tokens(self) -> Self:
        if self.cache.viewer.claims and self.authentication.jwt is None:
            raise ValueError("cache.viewer.claims are those of tokens: say by authentication.jwt whose count")
        return self

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
