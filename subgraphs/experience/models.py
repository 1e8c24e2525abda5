"""Tables of experience: the gathered listings."""

import enum
from datetime import datetime

import strawberry
from sqlalchemy import CheckConstraint, Index, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit import models as kit
from subgraphs.kit.money import Money, money_columns
from subgraphs.kit.outbox import OutboxEvent as OutboxColumns


@strawberry.enum(description="Where a listing was found.")
class ExperienceSite(enum.Enum):
    COUPANG_EATS = "COUPANG_EATS"
    DANGGEUN = "DANGGEUN"
    SOOMGO = "SOOMGO"
    TODAY_DEAL = "TODAY_DEAL"


@strawberry.enum
class ExperienceCategory(enum.Enum):
    FOOD = "FOOD"
    CAFE = "CAFE"
    CONVENIENCE_STORE = "CONVENIENCE_STORE"
    HOME_SERVICE = "HOME_SERVICE"
    INTERIOR = "INTERIOR"
    BEAUTY = "BEAUTY"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=kit.NAMING)
    type_annotation_map = kit.TYPES


class OutboxEvent(OutboxColumns, Base):
    """Events of experience."""


class SeedRun(kit.SeedRun, Base):
    """See kit."""


class ExperienceListing(kit.Entity, Base):
    """One advert. Site and URL name it, so that seeing it again changes this row and keeps its id."""

    __tablename__ = "experience_listings"
    __table_args__ = (
        UniqueConstraint("site", "url"),
        CheckConstraint("url ~ '^https?://'", "url_is_web"),
        CheckConstraint("last_seen_at >= first_seen_at", "seen_in_order"),
        CheckConstraint("reward_value_minor > 0", "reward_value_positive"),
        CheckConstraint(
            "(reward_value_minor IS NULL) = (reward_value_currency IS NULL)", "reward_value_complete"
        ),
        Index(None, "first_seen_at", "id"),
        Index(None, "site", "first_seen_at", "id"),
        Index(None, "category", "first_seen_at", "id"),
        Index(None, "deadline"),
    )

    site: Mapped[ExperienceSite]
    url: Mapped[str] = mapped_column(String(2000))
    title: Mapped[str] = mapped_column(String(300))
    category: Mapped[ExperienceCategory]
    description: Mapped[str]
    image_url: Mapped[str | None]
    reward: Mapped[str]
    reward_value: Mapped[Money | None] = money_columns("reward_value", nullable=True)
    deadline: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
