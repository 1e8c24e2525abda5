"""Coocook: chefs, bookings, menus, recipes, shopping lists and what others cook."""

from pathlib import Path

from subgraphs.coocook.loaders import make_loaders
from subgraphs.coocook.models import Base, OutboxEvent
from subgraphs.coocook.schema import schema
from subgraphs.coocook.seed import seed
from subgraphs.kit.service import Service

SERVICE = Service(
    name="coocook",
    schema=schema,
    metadata=Base.metadata,
    migrations=Path(__file__).with_name("migrations"),
    outbox=OutboxEvent,
    loaders=make_loaders,
    seed=seed,
)
