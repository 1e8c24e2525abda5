"""Accounts: users, sign-in, products, subscriptions, payments, invoices, files and notifications."""

from pathlib import Path

from subgraphs.accounts.loaders import make_loaders
from subgraphs.accounts.models import Base, OutboxEvent
from subgraphs.accounts.schema import schema
from subgraphs.accounts.seed import DEMO_LOGINS, seed
from subgraphs.accounts.service import token_for
from subgraphs.kit.service import Service

SERVICE = Service(
    name="accounts",
    schema=schema,
    metadata=Base.metadata,
    migrations=Path(__file__).with_name("migrations"),
    outbox=OutboxEvent,
    loaders=make_loaders,
    seed=seed,
    demo_logins=DEMO_LOGINS,
    token_for=token_for,
)
