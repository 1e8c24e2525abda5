"""Subgraphs over HTTP/1.1: a client of the router's own, on asyncio's protocols and the parser of uvicorn."""

from router.upstream.http1.head import PropagatedHeaders
from router.upstream.http1.settings import HttpSettings
from router.upstream.http1.target import Target, read_url
from router.upstream.http1.tls import tls_context
from router.upstream.http1.transport import Http1Transport

__all__ = ["Http1Transport", "HttpSettings", "PropagatedHeaders", "Target", "read_url", "tls_context"]
