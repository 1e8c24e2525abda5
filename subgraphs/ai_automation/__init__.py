"""AI automation: scenarios of routine work, and the AI employees that take it over."""

from pathlib import Path

from subgraphs.ai_automation.loaders import make_loaders
from subgraphs.ai_automation.models import Base, OutboxEvent
from subgraphs.ai_automation.schema import schema
from subgraphs.ai_automation.seed import seed
from subgraphs.kit.service import Service

SERVICE = Service(
    name="ai_automation",
    schema=schema,
    metadata=Base.metadata,
    migrations=Path(__file__).with_name("migrations"),
    outbox=OutboxEvent,
    loaders=make_loaders,
    seed=seed,
)
