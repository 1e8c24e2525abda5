"""WebApp builder: an eight-week bootcamp with seats and waiting lists, and the web apps that come out of it."""

from pathlib import Path

from subgraphs.kit.service import Service
from subgraphs.webapp_builder.loaders import make_loaders
from subgraphs.webapp_builder.models import Base, OutboxEvent
from subgraphs.webapp_builder.schema import schema
from subgraphs.webapp_builder.seed import seed

SERVICE = Service(
    name="webapp_builder",
    schema=schema,
    metadata=Base.metadata,
    migrations=Path(__file__).with_name("migrations"),
    outbox=OutboxEvent,
    loaders=make_loaders,
    seed=seed,
)
