"""The seed of sns_auto.

The demo user has SNSAccounts 1 to 3 and posts 1 to 6 in every state that a person sees; generated user u has SNSAccount u.
"""

from subgraphs.kit.seed_plan import SeedPlan, SeedWriter
from subgraphs.sns_auto import models
from subgraphs.sns_auto.seed.audience import analytics, competitors, messages, settings
from subgraphs.sns_auto.seed.planning import (
    automates,
    card_news_templates,
    link_in_bio_links,
    link_in_bios,
    templates,
)
from subgraphs.sns_auto.seed.posts import accounts, campaigns, posts


async def seed(writer: SeedWriter, plan: SeedPlan) -> None:
    """See kit.seed_plan for which user has which id."""
    account_rows, page_rows = accounts(plan), link_in_bios(plan)
    await writer.copy(models.SNSAccount, account_rows)
    await writer.copy(models.SNSCampaign, campaigns(plan))
    await writer.copy(models.SNSPost, posts(plan, account_rows))
    await writer.copy(models.SNSTemplate, templates(plan))
    await writer.copy(models.CardNewsTemplate, card_news_templates(plan))
    await writer.copy(models.SNSAnalytics, analytics(plan, account_rows))
    await writer.copy(models.SNSInboxMessage, messages(plan, account_rows))
    await writer.copy(models.SNSSettings, settings(plan))
    await writer.copy(models.LinkInBio, page_rows)
    await writer.copy(models.LinkInBioLink, link_in_bio_links(page_rows))
    await writer.copy(models.SNSAutomate, automates(plan))
    await writer.copy(models.SNSCompetitor, competitors(plan))
