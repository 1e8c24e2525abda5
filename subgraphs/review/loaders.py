"""Loaders of review: one per key. Capacity and applications are read from the primary."""

from dataclasses import dataclass
from typing import TypeAlias

import strawberry
from aiodataloader import DataLoader

from subgraphs.kit.context import Context
from subgraphs.kit.database import Reader
from subgraphs.kit.loaders import Children, children_loader, row_loader, value_loader
from subgraphs.kit.pagination import Page
from subgraphs.review import models, repository
from subgraphs.review.models import CampaignApplicationStatus, ReviewApplicationStatus


@dataclass(frozen=True, slots=True)
class Loaders:
    """One set per request. Keys of `bookmark` are user and listing, of `listing_by_key` source and external id."""

    campaign: DataLoader[int, models.Campaign | None]
    taken_places: DataLoader[int, int]
    application: DataLoader[int, models.CampaignApplication | None]
    listing: DataLoader[int, models.ReviewListing | None]
    listing_by_key: DataLoader[tuple[str, str], models.ReviewListing | None]
    bookmark: DataLoader[tuple[int, int], models.ReviewBookmark | None]
    account: DataLoader[int, models.ReviewAccount | None]
    review_application: DataLoader[int, models.ReviewApplication | None]
    campaigns_of_creator: DataLoader[Children[None], Page[models.Campaign]]
    applications_of_campaign: DataLoader[
        Children[CampaignApplicationStatus | None], Page[models.CampaignApplication]
    ]
    applications_of_user: DataLoader[
        Children[CampaignApplicationStatus | None], Page[models.CampaignApplication]
    ]
    bookmarks: DataLoader[Children[None], Page[models.ReviewBookmark]]
    accounts: DataLoader[Children[None], Page[models.ReviewAccount]]
    review_applications: DataLoader[Children[ReviewApplicationStatus | None], Page[models.ReviewApplication]]


Info: TypeAlias = strawberry.Info[Context[Loaders], None]


def make_loaders(reader: Reader) -> Loaders:
    """Called once per request, and again after a write."""
    return Loaders(
        campaign=row_loader(reader, repository.campaigns, lambda row: row.id),
        taken_places=value_loader(reader, repository.taken_places, 0, fresh=True),
        application=row_loader(reader, repository.applications, lambda row: row.id, fresh=True),
        listing=row_loader(reader, repository.listings, lambda row: row.id),
        listing_by_key=row_loader(
            reader, repository.listings_by_key, lambda row: (row.source_platform.value, row.external_id)
        ),
        bookmark=row_loader(reader, repository.bookmarks, lambda row: (row.user_id, row.listing_id)),
        account=row_loader(reader, repository.accounts, lambda row: row.id),
        review_application=row_loader(reader, repository.review_applications, lambda row: row.id, fresh=True),
        campaigns_of_creator=children_loader(reader, repository.campaign_pages_of_creators),
        applications_of_campaign=children_loader(
            reader, repository.application_pages_of_campaigns, fresh=True
        ),
        applications_of_user=children_loader(reader, repository.application_pages_of_users, fresh=True),
        bookmarks=children_loader(reader, repository.bookmark_pages),
        accounts=children_loader(reader, repository.account_pages),
        review_applications=children_loader(reader, repository.review_application_pages, fresh=True),
    )
