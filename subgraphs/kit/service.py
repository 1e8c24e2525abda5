"""What a domain package tells about itself: `SERVICE` in its `__init__.py`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData

from subgraphs.kit.context import Context
from subgraphs.kit.database import Reader
from subgraphs.kit.federation import Schema
from subgraphs.kit.outbox import OutboxEvent
from subgraphs.kit.seed_plan import DemoLogin, Seeder


@dataclass(frozen=True, slots=True)
class Service:
    """`name` is that of the package, of the database URL's variable and of the subgraph in supergraph.yaml."""

    name: str
    schema: Schema
    metadata: MetaData
    migrations: Path
    outbox: type[OutboxEvent]
    loaders: Callable[[Reader], Any]
    seed: Seeder
    demo_logins: tuple[DemoLogin, ...] = ()
    token_for: Callable[[Context[Any], str], Awaitable[str]] | None = None
    """Only where accounts are kept: an access token for the user with this e-mail address, without a password."""
