"""Experience: adverts for things to try, gathered from other sites. All of it is public."""

from pathlib import Path

from subgraphs.experience.loaders import make_loaders
from subgraphs.experience.models import Base, OutboxEvent
from subgraphs.experience.schema import schema
from subgraphs.experience.seed import seed
from subgraphs.kit.service import Service

SERVICE = Service(
    name="experience",
    schema=schema,
    metadata=Base.metadata,
    migrations=Path(__file__).with_name("migrations"),
    outbox=OutboxEvent,
    loaders=make_loaders,
    seed=seed,
)
