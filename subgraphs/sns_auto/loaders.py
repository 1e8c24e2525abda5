"""Loaders of sns_auto: one per key."""

from dataclasses import dataclass
from typing import TypeAlias

import strawberry
from aiodataloader import DataLoader

from subgraphs.kit.context import Context
from subgraphs.kit.database import Reader
from subgraphs.kit.loaders import Children, children_loader, row_loader, value_loader
from subgraphs.kit.pagination import Page
from subgraphs.sns_auto import models, repository
from subgraphs.sns_auto.enums import SNSCampaignStatus, SNSPlatform
from subgraphs.sns_auto.repository import PostSelection


@dataclass(frozen=True, slots=True)
class Loaders:
    """One set per request."""

    account: DataLoader[int, models.SNSAccount | None]
    post: DataLoader[int, models.SNSPost | None]
    campaign: DataLoader[int, models.SNSCampaign | None]
    automate: DataLoader[int, models.SNSAutomate | None]
    link_in_bio: DataLoader[int, models.LinkInBio | None]
    link_in_bio_by_slug: DataLoader[str, models.LinkInBio | None]
    settings: DataLoader[int, models.SNSSettings | None]
    links: DataLoader[int, list[models.LinkInBioLink]]
    post_count: DataLoader[int, int]
    accounts: DataLoader[Children[SNSPlatform | None], Page[models.SNSAccount]]
    posts: DataLoader[Children[PostSelection], Page[models.SNSPost]]
    account_posts: DataLoader[Children[PostSelection], Page[models.SNSPost]]
    campaign_posts: DataLoader[Children[PostSelection], Page[models.SNSPost]]
    calendar: DataLoader[Children[PostSelection], Page[models.SNSPost]]
    campaigns: DataLoader[Children[SNSCampaignStatus | None], Page[models.SNSCampaign]]
    link_in_bios: DataLoader[Children[None], Page[models.LinkInBio]]


Info: TypeAlias = strawberry.Info[Context[Loaders], None]


def make_loaders(reader: Reader) -> Loaders:
    """Called once per request, and again after a write."""
    return Loaders(
        account=row_loader(reader, repository.accounts, lambda row: row.id),
        post=row_loader(reader, repository.posts, lambda row: row.id),
        campaign=row_loader(reader, repository.campaigns, lambda row: row.id),
        automate=row_loader(reader, repository.automates, lambda row: row.id),
        link_in_bio=row_loader(reader, repository.link_in_bios, lambda row: row.id),
        link_in_bio_by_slug=row_loader(reader, repository.link_in_bios_by_slug, lambda row: row.slug),
        settings=row_loader(reader, repository.settings_of_users, lambda row: row.user_id),
        links=value_loader(reader, repository.links, []),
        post_count=value_loader(reader, repository.post_counts, 0),
        accounts=children_loader(reader, repository.account_pages),
        posts=children_loader(reader, repository.post_pages),
        account_posts=children_loader(reader, repository.account_post_pages),
        campaign_posts=children_loader(reader, repository.campaign_post_pages),
        calendar=children_loader(reader, repository.calendar_pages),
        campaigns=children_loader(reader, repository.campaign_pages),
        link_in_bios=children_loader(reader, repository.link_in_bio_pages),
    )
