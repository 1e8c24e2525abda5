"""Tables of review: campaigns with their applications, gathered listings, and users' accounts on review platforms."""

import enum
from datetime import datetime

import strawberry
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit import models as kit
from subgraphs.kit.money import Money, money_columns
from subgraphs.kit.outbox import OutboxEvent as OutboxColumns


@strawberry.enum
class CampaignCategory(enum.Enum):
    BEAUTY = "BEAUTY"
    FOOD = "FOOD"
    TECH = "TECH"
    FASHION = "FASHION"


@strawberry.enum
class CampaignRewardType(enum.Enum):
    PRODUCT = "PRODUCT"
    CASH = "CASH"
    BOTH = "BOTH"


@strawberry.enum
class CampaignStatus(enum.Enum):
    """ACTIVE campaigns become EXPIRED at their deadline; their creator closes and completes them."""

    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"
    COMPLETED = "COMPLETED"
    EXPIRED = "EXPIRED"


@strawberry.enum
class CampaignApplicationStatus(enum.Enum):
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@strawberry.enum(description="Where a listing was found.")
class ReviewSource(enum.Enum):
    REVU = "REVU"
    REVIEWPLACE = "REVIEWPLACE"
    WIBLE = "WIBLE"
    MIBL = "MIBL"
    SEOULOUBA = "SEOULOUBA"
    NAVER = "NAVER"
    MOAVIEW = "MOAVIEW"
    INFLEXER = "INFLEXER"
    REVIEWNOTE = "REVIEWNOTE"
    GANGNAM = "GANGNAM"


@strawberry.enum
class ReviewListingCategory(enum.Enum):
    RESTAURANTS = "RESTAURANTS"
    BEAUTY = "BEAUTY"
    FASHION = "FASHION"
    FOOD = "FOOD"
    LIVING = "LIVING"
    CHILDCARE = "CHILDCARE"
    FITNESS = "FITNESS"
    PETS = "PETS"
    OTHER = "OTHER"


@strawberry.enum
class ReviewRewardType(enum.Enum):
    PRODUCT = "PRODUCT"
    CASH = "CASH"
    EXPERIENCE = "EXPERIENCE"
    POINTS = "POINTS"


@strawberry.enum
class ReviewListingStatus(enum.Enum):
    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"
    EXPIRED = "EXPIRED"


@strawberry.enum
class ReviewListingSort(enum.Enum):
    LATEST = "LATEST"
    DEADLINE = "DEADLINE"
    REWARD = "REWARD"
    FEWEST_APPLICANTS = "FEWEST_APPLICANTS"


@strawberry.enum(description="Where a reviewer writes.")
class ReviewPlatform(enum.Enum):
    NAVER = "NAVER"
    INSTAGRAM = "INSTAGRAM"
    BLOG = "BLOG"
    YOUTUBE = "YOUTUBE"
    TIKTOK = "TIKTOK"
    FACEBOOK = "FACEBOOK"


@strawberry.enum
class ReviewApplicationStatus(enum.Enum):
    PENDING = "PENDING"
    SELECTED = "SELECTED"
    COMPLETED = "COMPLETED"
    REJECTED = "REJECTED"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=kit.NAMING)
    type_annotation_map = kit.TYPES


class OutboxEvent(OutboxColumns, Base):
    """Events of review."""


class SeedRun(kit.SeedRun, Base):
    """See kit."""


class Campaign(kit.Entity, Base):
    """`taken_places` counts the applications that hold a place: the pending and the approved ones."""

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("id", "creator_id"),
        CheckConstraint("max_reviewers BETWEEN 1 AND 10000", "max_reviewers_range"),
        CheckConstraint("taken_places BETWEEN 0 AND max_reviewers", "capacity"),
        CheckConstraint("char_length(description) <= 2000", "description_length"),
        CheckConstraint("reward_value_minor > 0", "reward_value_positive"),
        CheckConstraint(
            "(reward_value_minor IS NULL) = (reward_value_currency IS NULL)", "reward_value_complete"
        ),
        Index(None, "status", "created_at", "id"),
        Index(None, "status", "category", "created_at", "id"),
        Index(None, "deadline", postgresql_where=text("status = 'ACTIVE'")),
        Index(None, "creator_id", "created_at", "id"),
        Index(
            "ix_campaigns_words",
            "title",
            "product_name",
            postgresql_using="gin",
            postgresql_ops={"title": "gin_trgm_ops", "product_name": "gin_trgm_ops"},
        ),
    )

    creator_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    product_name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str]
    category: Mapped[CampaignCategory]
    reward_type: Mapped[CampaignRewardType]
    reward: Mapped[str]
    reward_value: Mapped[Money | None] = money_columns("reward_value", nullable=True)
    max_reviewers: Mapped[int] = mapped_column(default=10)
    taken_places: Mapped[int] = mapped_column(default=0)
    deadline: Mapped[datetime]
    status: Mapped[CampaignStatus] = mapped_column(default=CampaignStatus.ACTIVE)
    experience_id: Mapped[int | None]


class CampaignApplication(kit.Entity, Base):
    """`creator_id` is that of the campaign, and the foreign key keeps it so: it lets the database refuse a creator's
    own application, and tells who may read one without reading the campaign."""

    __tablename__ = "campaign_applications"
    __table_args__ = (
        UniqueConstraint("campaign_id", "applicant_id"),
        ForeignKeyConstraint(
            ["campaign_id", "creator_id"], ["campaigns.id", "campaigns.creator_id"], ondelete="CASCADE"
        ),
        CheckConstraint("applicant_id <> creator_id", "not_by_the_creator"),
        CheckConstraint("char_length(message) BETWEEN 1 AND 2000", "message_length"),
        CheckConstraint("follower_count >= 0", "follower_count_range"),
        Index(None, "campaign_id", "status"),
        Index(None, "campaign_id", "created_at", "id"),
        Index(None, "applicant_id", "created_at", "id"),
    )

    campaign_id: Mapped[int]
    creator_id: Mapped[int]
    applicant_id: Mapped[int]
    message: Mapped[str]
    social_account_id: Mapped[int | None]
    follower_count: Mapped[int]
    status: Mapped[CampaignApplicationStatus] = mapped_column(default=CampaignApplicationStatus.PENDING)


class ReviewListing(kit.Entity, Base):
    """A campaign on another platform. Source and its own id there name it. Rewards are in won."""

    __tablename__ = "review_listings"
    __table_args__ = (
        UniqueConstraint("source_platform", "external_id"),
        CheckConstraint("url ~ '^https?://'", "url_is_web"),
        CheckConstraint("reward_value_minor >= 0 AND reward_value_currency = 'KRW'", "reward_value_in_won"),
        CheckConstraint("follower_minimum >= 0", "follower_minimum_range"),
        CheckConstraint("max_applicants > 0", "max_applicants_range"),
        CheckConstraint("current_applicants >= 0", "current_applicants_range"),
        Index(None, "status", "category", "deadline"),
        Index(None, "status", "deadline", "id"),
        Index(None, "status", "scraped_at", "id"),
        Index(None, "status", "current_applicants", "id"),
        Index("ix_review_listings_reward", "status", "reward_value_minor", "id"),
        Index(
            "ix_review_listings_words",
            "title",
            "brand",
            postgresql_using="gin",
            postgresql_ops={"title": "gin_trgm_ops", "brand": "gin_trgm_ops"},
        ),
    )

    source_platform: Mapped[ReviewSource]
    external_id: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(300))
    brand: Mapped[str] = mapped_column(String(200))
    category: Mapped[ReviewListingCategory]
    reward_type: Mapped[ReviewRewardType]
    reward_value: Mapped[Money] = money_columns("reward_value")
    follower_minimum: Mapped[int | None]
    required_tags: Mapped[list[str]]
    deadline: Mapped[datetime]
    max_applicants: Mapped[int | None]
    current_applicants: Mapped[int] = mapped_column(default=0)
    url: Mapped[str] = mapped_column(String(2000))
    image_url: Mapped[str | None]
    status: Mapped[ReviewListingStatus] = mapped_column(default=ReviewListingStatus.ACTIVE)
    scraped_at: Mapped[datetime]


class ReviewBookmark(kit.Entity, Base):
    __tablename__ = "review_bookmarks"
    __table_args__ = (UniqueConstraint("user_id", "listing_id"), Index(None, "user_id", "created_at", "id"))

    user_id: Mapped[int]
    listing_id: Mapped[int] = mapped_column(ForeignKey("review_listings.id", ondelete="CASCADE"), index=True)


class ReviewAccount(kit.Entity, Base):
    """Where a user writes reviews, and how that went so far."""

    __tablename__ = "review_accounts"
    __table_args__ = (
        UniqueConstraint("id", "user_id"),
        UniqueConstraint("user_id", "platform", "account_name"),
        CheckConstraint("success_rate BETWEEN 0 AND 1", "success_rate_range"),
        CheckConstraint("followers >= 0", "followers_range"),
        Index(None, "user_id", "created_at", "id"),
    )

    user_id: Mapped[int]
    platform: Mapped[ReviewPlatform]
    account_name: Mapped[str] = mapped_column(String(100))
    social_account_id: Mapped[int | None]
    followers: Mapped[int]
    category_tags: Mapped[list[str]]
    success_rate: Mapped[float | None]
    last_reviewed_at: Mapped[datetime | None]
    is_active: Mapped[bool] = mapped_column(default=True)


class ReviewApplication(kit.Entity, Base):
    """An application for a listing, made with an account; `user_id` is that of the account, by the foreign key."""

    __tablename__ = "review_applications"
    __table_args__ = (
        UniqueConstraint("listing_id", "account_id"),
        ForeignKeyConstraint(
            ["account_id", "user_id"], ["review_accounts.id", "review_accounts.user_id"], ondelete="CASCADE"
        ),
        CheckConstraint("review_url ~ '^https?://'", "review_url_is_web"),
        Index(None, "account_id", "status"),
        Index(None, "user_id", "created_at", "id"),
    )

    listing_id: Mapped[int] = mapped_column(ForeignKey("review_listings.id", ondelete="CASCADE"))
    account_id: Mapped[int]
    user_id: Mapped[int]
    status: Mapped[ReviewApplicationStatus] = mapped_column(default=ReviewApplicationStatus.PENDING)
    message: Mapped[str]
    result: Mapped[str | None]
    review_url: Mapped[str | None]
    review_posted_at: Mapped[datetime | None]
