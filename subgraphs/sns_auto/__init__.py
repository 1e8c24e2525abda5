"""SNS Auto: accounts on social networks, their posts, campaigns, templates, link pages and numbers."""

from pathlib import Path

from subgraphs.kit.service import Service
from subgraphs.sns_auto.loaders import make_loaders
from subgraphs.sns_auto.models import Base, OutboxEvent
from subgraphs.sns_auto.schema import schema
from subgraphs.sns_auto.seed import seed

SERVICE = Service(
    name="sns_auto",
    schema=schema,
    metadata=Base.metadata,
    migrations=Path(__file__).with_name("migrations"),
    outbox=OutboxEvent,
    loaders=make_loaders,
    seed=seed,
)
