"""Use cases of experience. It has no mutation: listings come in by crawling, which is a job and not a request."""

from dataclasses import dataclass

from subgraphs.experience import repository, rules
from subgraphs.experience.loaders import Loaders
from subgraphs.experience.models import ExperienceCategory, ExperienceSite
from subgraphs.experience.rules import Total
from subgraphs.kit.context import Context


@dataclass(frozen=True, slots=True)
class Overview:
    """How many listings there are, in all and by group."""

    total: Total
    by_site: list[tuple[ExperienceSite, Total]]
    by_category: list[tuple[ExperienceCategory, Total]]


async def overview(context: Context[Loaders]) -> Overview:
    """Counted now, in one statement."""
    async with context.read() as session:
        counts = await repository.counts(session, context.now)
    return Overview(rules.total(counts), rules.by_site(counts), rules.by_category(counts))
