"""The section `cache` of router.yaml: the store of the field cache, and what may be kept in it for how long."""

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

REDIS: Final = (
    *("redis://", "rediss://", "unix://"),
    *(f"{scheme}+{kind}://" for kind in ("sentinel", "cluster") for scheme in ("redis", "rediss")),
)
_NAME: Final = "[_A-Za-z][_0-9A-Za-z]*"

Seconds = Annotated[int, Field(ge=0)]
_PATTERN: Final = re.compile(rf"\*|{_NAME}|{_NAME}\.\*|\*\.{_NAME}|{_NAME}\.{_NAME}")


def _pattern(value: str) -> str:
    if _PATTERN.fullmatch(value) is None:
        raise PydanticCustomError(
            "pattern", "Input should be a pattern: *, Type, Type.*, *.field or Type.field"
        )
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class VarySettings(_Section):
    """What a value depends on besides its arguments: one copy for each combination."""

    headers: tuple[Annotated[str, AfterValidator(str.lower)], ...] = ()
    """Of the client's request. Only those in `headers.propagate` reach a subgraph."""
    claims: tuple[str, ...] = ()
    """Of the client's token, by name. Without one of them nothing is kept; `authentication.jwt` says whose tokens count."""


class PolicySettings(_Section):
    """What @cacheControl would say. What is left out is as the schema has it, or a pattern that names less."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    max_age: Seconds | None = None
    """0 keeps nothing."""
    stale_while_revalidate: Seconds | None = None
    """For so long after that, the old value is used while a new one is fetched."""
    stale_if_error: Seconds | None = None
    """For so long after `maxAge`, the old value is used where the subgraph fails."""
    scope: Literal["PUBLIC", "PRIVATE"] | None = None
    """PRIVATE: a copy for each viewer."""
    inherit_max_age: bool = False
    """As long as the type that the field is of."""
    vary: VarySettings = VarySettings()
    """What `cache.vary` says for the same pattern, beside it."""


class SubgraphCacheSettings(_Section):
    """What differs for one subgraph."""

    enabled: bool = True
    """Off: nothing of it is kept."""
    policy: dict[Pattern, PolicySettings] = Field(default_factory=dict)
    """As `cache.policy`, and where both have a pattern, this one wins."""


def _store(value: str) -> str:
    if value not in ("off", "memory") and not value.startswith(REDIS):
        raise PydanticCustomError(
            "store", "Input should be 'off', 'memory' or the URL of a Redis, such as redis://127.0.0.1:6379/0"
        )
    return value


def _off_is_a_word(value: object) -> object:
    """In YAML 1.1 `off` is false."""
    return "off" if value is False else value


Store = Annotated[str, AfterValidator(_store), BeforeValidator(_off_is_a_word)]


def _shared_key(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text or any(not " " < each <= "~" for each in text):
        raise PydanticCustomError(
            "shared_key", "Input should be printable ASCII without spaces, and not empty"
        )
    return value


def _secret(value: object) -> object:
    """At once, so that no message has it."""
    return SecretStr(value) if isinstance(value, str) else value


def _redis(value: str) -> str:
    if not value.startswith(REDIS):
        raise PydanticCustomError(
            "redis", "Input should be the URL of a Redis, such as redis://127.0.0.1:6379/0"
        )
    return value


class StreamSettings(_Section):
    """A Redis stream, on which subgraphs say what they have changed."""

    enabled: bool = True
    url: Annotated[str, AfterValidator(_redis)] | None = None
    """Of its Redis. None: that of `cache.store`, and without one no stream is read."""
    name: Annotated[str, Field(min_length=1)] = "softfactory:outbox"
    """Its key."""


class InvalidationSettings(_Section):
    """For whoever changes data without the router: over HTTP, where there is a key, and on a Redis stream."""

    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/-]+$")] = "/invalidation"
    """The path of the endpoint."""
    shared_key: Annotated[SecretStr, AfterValidator(_shared_key), BeforeValidator(_secret)] | None = None
    """What the header Authorization has to be, alone or after `Bearer`."""
    stream: StreamSettings = StreamSettings()


class ViewerSettings(_Section):
    """Who asks, by a token that the router has checked."""

    claims: tuple[str, ...] = ()
    """Whoever has the same values of these, from the same issuer, is the same viewer, with whatever token: `[sub]`, with
    all else on which answers depend, such as a role. Without one of them nobody is known."""


_SHORTEST_KEY: Final = 16


def _debug_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _SHORTEST_KEY:
        raise PydanticCustomError("debug_key", "Input should be at least 16 characters")
    return value


class HttpCacheSettings(_Section):
    """What answers say to caches between the router and its clients."""

    surrogate_keys: Annotated[
        Literal["off", "cache-tag", "surrogate-key"], BeforeValidator(_off_is_a_word)
    ] = "off"
    """The header with what an answer was made of, by which a CDN drops it: `cache-tag` for Cloudflare, `surrogate-key` for Fastly."""
    surrogate_key_bytes: Annotated[int, Field(ge=100)] = 16_000
    """That this header has at most. Both CDNs take 16 KB; a proxy before them may take less."""


class FieldCacheSettings(_Section):
    """Fields of entities, shared by queries of any shape."""

    store: Store = "off"
    """`off`, `memory` for each process its own, or the URL of a Redis, or of a Redis Cluster, that processes and machines share."""
    memory_bytes: Annotated[int, Field(ge=0)] = 64 * 1024 * 1024
    """That a process keeps, also in front of a Redis; 0 keeps nothing. What was used longest ago goes first."""
    namespace: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]+$")] = "softfactory"
    """What the keys in Redis begin with. Graphs that share a Redis need different ones."""
    timeout_ms: Annotated[int, Field(ge=1)] = 250
    """After so long without an answer of Redis, the subgraphs are asked instead."""
    negative_seconds: Seconds = 10
    """How long is kept that an entity does not exist, where its policy does not say less."""
    jitter: Annotated[float, Field(ge=0, le=0.5)] = 0.1
    """Up to this part of its time a value ends earlier, so that what was filled together does not end together."""
    lease_ms: Annotated[int, Field(ge=0)] = 1000
    """For so long one process at most fetches a field of a shared store; the others wait for it. 0: each fetches for itself."""
    refresh_ahead: Annotated[float, Field(ge=0, le=100)] = 1.0
    """How eagerly what is asked for often is fetched anew before it ends, in times that its subgraph takes. 0: never."""
    shadow: Annotated[float, Field(ge=0, le=1)] = 0.0
    """For this part of the requests, what is found is fetched all the same, after the answer, and compared."""
    viewer_headers: tuple[Annotated[str, AfterValidator(str.lower)], ...] = ("authorization",)
    """Who asks, for what is PRIVATE: who sends the same of these. Only those in `headers.propagate` are known to the cache."""
    viewer: ViewerSettings = ViewerSettings()
    """Where it names claims, these say who asks, and `viewer_headers` does not."""
    vary: dict[Pattern, VarySettings] = Field(default_factory=dict)
    """By pattern, as for `policy`. All that match a field count together."""
    policy: dict[Pattern, PolicySettings] = Field(default_factory=dict)
    """By `Type.field`, `*.field`, `Type.*`, `Type` or `*`: over the schema, and `*` where the schema says nothing."""
    subgraphs: dict[str, SubgraphCacheSettings] = Field(default_factory=dict)
    """What differs for a subgraph, by name."""
    invalidation: InvalidationSettings = InvalidationSettings()
    debug: Annotated[Literal["off", "development"], BeforeValidator(_off_is_a_word)] = "off"
    """`development`: whoever asks is told which fields of an answer came from the cache, and the explorer has a panel for it."""
    debug_key: Annotated[SecretStr, AfterValidator(_debug_key), BeforeValidator(_secret)] | None = None
    """Whoever asks with a signature made with it is told, too: `softfactory cache sign`."""
    http: HttpCacheSettings = HttpCacheSettings()

    @property
    def is_in_redis(self) -> bool:
        """What is kept outlives the process, and others read it, too."""
        return self.store.startswith(REDIS)
