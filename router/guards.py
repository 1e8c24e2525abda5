"""Puts a guard around the transport to each subgraph, as the settings have it."""

from collections.abc import Mapping
from typing import Final, TypeVar

from router.settings import CircuitBreakerSettings, RetrySettings, RouterSettings, SubgraphSettings
from router.upstream.circuit_breaker import BreakerOptions
from router.upstream.client_headers import ClientHeaders
from router.upstream.guarded import GuardedTransport, GuardOptions
from router.upstream.retry import RetryOptions
from router.upstream.subgraph import SubgraphTransport

Section = TypeVar("Section", RetrySettings, CircuitBreakerSettings)

_NEARLY: Final = 0.9
"""A request has spent a moment before its first call, so no call has all the time that the settings allow."""


def guarded(
    transports: Mapping[str, SubgraphTransport], settings: RouterSettings
) -> dict[str, SubgraphTransport]:
    """By name of the subgraph. The event loop that they are for has to run."""
    headers = ClientHeaders(settings.upstream.deadline_header)
    return {
        name: GuardedTransport(name, transport, _options(name, settings), headers)
        for name, transport in transports.items()
    }


def _options(name: str, settings: RouterSettings) -> GuardOptions:
    upstream, own = settings.upstream, settings.subgraphs.get(name, SubgraphSettings())
    retry = _over(upstream.retry, own.retry)
    breaker = _over(upstream.circuit_breaker, own.circuit_breaker)
    timeout = own.timeout_seconds or upstream.timeout_seconds
    return GuardOptions(
        single_flight=settings.traffic.single_flight != "off",
        retry=RetryOptions(**retry.model_dump()),
        breaker=BreakerOptions(**breaker.model_dump()),
        patience=_NEARLY * min(timeout, settings.limits.request_timeout_seconds),
    )


def _over(common: Section, own: Section) -> Section:
    """The subgraph's own settings as far as they are written, else those of all."""
    return common.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})
