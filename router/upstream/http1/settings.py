"""What a transport over HTTP has to know beside a URL: how long to wait, how much to read, how much to keep open."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Times in seconds. `keep_alive` stays below the 5 s after which uvicorn and Node close an idle connection.

    `read_timeout` is for the time without a byte of an answer, `total_timeout` for a request with its wait for a
    connection. `max_response_bytes` counts after decompression. `accept_encoding` names the compressions to ask for.
    """

    connect_timeout: float = 3.0
    read_timeout: float | None = None
    total_timeout: float = 30.0
    keep_alive: float = 4.0
    max_connections: int = 100
    max_connection_age: float = 60.0
    max_response_bytes: int = 64 * 1024 * 1024
    accept_encoding: tuple[str, ...] = ()
