"""Settings of one subgraph, from the environment."""

import os
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from redis.asyncio.connection import parse_url


def _redis(url: str) -> str:
    try:
        parse_url(url)
    except ValueError:
        raise PydanticCustomError(
            "redis", "Input should be the URL of a Redis: redis://, rediss:// or unix://"
        ) from None
    return url


class SubgraphSettings(BaseSettings):
    """`DATABASE_URL_<SERVICE>` and `REPLICA_URLS_<SERVICE>` belong to a service, the rest to all of them."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: str = Field(description="The primary: postgresql://user@host:port/database")
    replica_urls: Annotated[tuple[str, ...], NoDecode] = ()
    redis_url: Annotated[str, AfterValidator(_redis)] | None = None
    jwt_secret: SecretStr = Field(min_length=32, description="Signs access tokens; the same in all services")
    pool_size: int = Field(default=20, ge=1)
    pool_overflow: int = Field(default=10, ge=0)
    pool_recycle_seconds: int = 3600
    outbox_stream: str = Field(default="softfactory:outbox", min_length=1, description="Its key in Redis")
    outbox_stream_length: int = Field(
        default=100_000, ge=1, description="About so many events are kept in it"
    )
    outbox_retention_seconds: int = Field(
        default=24 * 60 * 60, ge=0, description="How long published events stay in the database"
    )

    @classmethod
    def for_service(cls, name: str, environment: Mapping[str, str] | None = None) -> Self:
        """Raises MissingSetting, which names the variable to set."""
        environment = os.environ if environment is None else environment
        variable = f"DATABASE_URL_{name.upper()}"
        for required in (variable, "JWT_SECRET"):
            if not environment.get(required):
                raise MissingSetting(required)
        replicas = environment.get(f"REPLICA_URLS_{name.upper()}", "")
        return cls(
            database_url=environment[variable],
            replica_urls=tuple(url.strip() for url in replicas.split(",") if url.strip()),
            redis_url=environment.get("REDIS_URL"),
            jwt_secret=SecretStr(environment["JWT_SECRET"]),
        )


class MissingSetting(Exception):
    """An environment variable without which the service cannot start."""

    def __init__(self, variable: str) -> None:
        super().__init__(
            f"{variable} is not set. Set it, or use `softfactory up`, which starts databases itself."
        )
        self.variable = variable
