"""Loaders of experience: one per key of a listing."""

from dataclasses import dataclass
from typing import TypeAlias

import strawberry
from aiodataloader import DataLoader

from subgraphs.experience import models, repository
from subgraphs.kit.context import Context
from subgraphs.kit.database import Reader
from subgraphs.kit.loaders import row_loader


@dataclass(frozen=True, slots=True)
class Loaders:
    """One set per request."""

    listing: DataLoader[int, models.ExperienceListing | None]
    listing_by_address: DataLoader[tuple[str, str], models.ExperienceListing | None]


Info: TypeAlias = strawberry.Info[Context[Loaders], None]


def make_loaders(reader: Reader) -> Loaders:
    """Called once per request, and again after a write."""
    return Loaders(
        listing=row_loader(reader, repository.listings, lambda row: row.id),
        listing_by_address=row_loader(
            reader, repository.listings_by_address, lambda row: (row.site.value, row.url)
        ),
    )
