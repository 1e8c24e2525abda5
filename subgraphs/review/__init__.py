"""Review: campaigns that look for reviewers, applications for them, and listings gathered from other platforms."""

from pathlib import Path

from subgraphs.kit.service import Service
from subgraphs.review.loaders import make_loaders
from subgraphs.review.models import Base, OutboxEvent
from subgraphs.review.schema import schema
from subgraphs.review.seed import seed

SERVICE = Service(
    name="review",
    schema=schema,
    metadata=Base.metadata,
    migrations=Path(__file__).with_name("migrations"),
    outbox=OutboxEvent,
    loaders=make_loaders,
    seed=seed,
)
