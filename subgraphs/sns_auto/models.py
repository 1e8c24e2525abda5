"""Tables of sns_auto: accounts on social networks, their posts, and what is planned and measured around them.

Tokens of the networks are not kept yet: they come sealed, in a table of their own, with connecting accounts.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit import models as kit
from subgraphs.kit.outbox import OutboxEvent as OutboxColumns
from subgraphs.sns_auto.enums import (
    CardNewsFormat,
    LinkInBioTheme,
    SNSAccountType,
    SNSCampaignStatus,
    SNSDeliveryMode,
    SNSFrequency,
    SNSMessageStatus,
    SNSMessageType,
    SNSPlatform,
    SNSPostStatus,
    SNSPurpose,
    SNSTemplateCategory,
    SNSTemplateType,
    SNSTone,
)


def known_platforms(column: str) -> CheckConstraint:
    """That an array holds nothing but platforms, at least one."""
    names = ", ".join(f"'{platform.value}'" for platform in SNSPlatform)
    return CheckConstraint(
        f"cardinality({column}) > 0 AND {column} <@ ARRAY[{names}]::text[]", f"{column}_known"
    )


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=kit.NAMING)
    type_annotation_map = kit.TYPES


class OutboxEvent(OutboxColumns, Base):
    """Events of sns_auto."""


class SeedRun(kit.SeedRun, Base):
    """See kit."""


class SNSAccount(kit.Entity, Base):
    __tablename__ = "sns_accounts"
    __table_args__ = (
        UniqueConstraint("user_id", "platform", "account_name"),
        UniqueConstraint("id", "user_id", "platform"),
        UniqueConstraint("id", "user_id"),
        CheckConstraint(
            "num_nonnulls(site_url, wp_username) = CASE WHEN platform = 'BLOG' THEN 2 ELSE 0 END",
            "blog_has_site",
        ),
        CheckConstraint("followers >= 0 AND following >= 0", "counts_not_negative"),
        Index(None, "user_id", "created_at", "id"),
    )

    user_id: Mapped[int]
    platform: Mapped[SNSPlatform]
    account_name: Mapped[str] = mapped_column(String(100))
    account_type: Mapped[SNSAccountType]
    is_active: Mapped[bool] = mapped_column(default=True)
    token_expires_at: Mapped[datetime | None]
    platform_user_id: Mapped[str | None]
    picture_url: Mapped[str | None]
    followers: Mapped[int] = mapped_column(default=0)
    following: Mapped[int] = mapped_column(default=0)
    permissions: Mapped[list[str]]
    site_url: Mapped[str | None]
    wp_username: Mapped[str | None]


class SNSCampaign(kit.Entity, Base):
    __tablename__ = "sns_campaigns"
    __table_args__ = (
        UniqueConstraint("id", "user_id"),
        known_platforms("target_platforms"),
        CheckConstraint("starts_at < ends_at", "starts_before_end"),
        Index(None, "user_id", "created_at", "id"),
    )

    user_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str]
    target_platforms: Mapped[list[str]]
    status: Mapped[SNSCampaignStatus] = mapped_column(default=SNSCampaignStatus.ACTIVE)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class SNSPost(kit.Entity, Base):
    """The foreign keys hold that account and campaign are the author's, and the platform the account's.

    `media` are ids of files, which accounts keeps.
    """

    __tablename__ = "sns_posts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "user_id", "platform"],
            ["sns_accounts.id", "sns_accounts.user_id", "sns_accounts.platform"],
        ),
        ForeignKeyConstraint(["campaign_id", "user_id"], ["sns_campaigns.id", "sns_campaigns.user_id"]),
        CheckConstraint("char_length(content) BETWEEN 1 AND 5000", "content_length"),
        CheckConstraint("cardinality(media) <= 10", "media_limited"),
        CheckConstraint("cardinality(hashtags) <= 30", "hashtags_limited"),
        CheckConstraint("status <> 'SCHEDULED' OR scheduled_at IS NOT NULL", "scheduled_when_scheduled"),
        CheckConstraint("(status = 'PUBLISHED') = (published_at IS NOT NULL)", "published_when_published"),
        CheckConstraint("(status = 'FAILED') = (error_message IS NOT NULL)", "error_when_failed"),
        CheckConstraint("retry_count >= 0", "retry_count_not_negative"),
        CheckConstraint(
            "template_type IS NULL OR (template_type, platform) IN (('CARD_NEWS', 'INSTAGRAM'), "
            "('CARD_NEWS', 'TIKTOK'), ('BLOG_POST', 'BLOG'), ('REEL', 'INSTAGRAM'), ('CAROUSEL', 'INSTAGRAM'), "
            "('SHORTS', 'YOUTUBE'), ('SHORTS', 'YOUTUBE_SHORTS'))",
            "template_of_platform",
        ),
        Index(None, "user_id", "created_at", "id"),
        Index(None, "account_id", "created_at", "id"),
        Index(None, "campaign_id", "created_at", "id"),
        Index(None, "user_id", "scheduled_at", "id"),
        Index("ix_sns_posts_due", "scheduled_at", postgresql_where=text("status = 'SCHEDULED'")),
    )

    user_id: Mapped[int]
    account_id: Mapped[int]
    campaign_id: Mapped[int | None]
    platform: Mapped[SNSPlatform]
    title: Mapped[str | None] = mapped_column(String(100))
    content: Mapped[str]
    status: Mapped[SNSPostStatus] = mapped_column(default=SNSPostStatus.DRAFT)
    template_type: Mapped[SNSTemplateType | None]
    media: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    hashtags: Mapped[list[str]]
    link_url: Mapped[str | None]
    scheduled_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    external_post_id: Mapped[str | None]
    likes: Mapped[int] = mapped_column(default=0)
    comments: Mapped[int] = mapped_column(default=0)
    views: Mapped[int] = mapped_column(default=0)
    reach: Mapped[int] = mapped_column(default=0)
    error_message: Mapped[str | None]
    retry_count: Mapped[int] = mapped_column(default=0)


class SNSTemplate(kit.Entity, Base):
    """Without a user: the system's, for everybody. Without a platform: for all."""

    __tablename__ = "sns_templates"
    __table_args__ = (Index(None, "user_id", "id"),)

    user_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(120))
    platform: Mapped[SNSPlatform | None]
    category: Mapped[SNSTemplateCategory]
    content: Mapped[str]
    hashtag_text: Mapped[str]


class SNSAnalytics(kit.Entity, Base):
    """One row per account and day. Followers are a level: the last one counts, they are never added up."""

    __tablename__ = "sns_analytics"
    __table_args__ = (
        UniqueConstraint("account_id", "day"),
        ForeignKeyConstraint(
            ["account_id", "user_id"], ["sns_accounts.id", "sns_accounts.user_id"], ondelete="CASCADE"
        ),
        Index(None, "user_id", "day", "id"),
    )

    account_id: Mapped[int]
    user_id: Mapped[int]
    day: Mapped[date]
    followers: Mapped[int]
    engagement: Mapped[int]
    reach: Mapped[int]
    impressions: Mapped[int]


class SNSInboxMessage(kit.Entity, Base):
    __tablename__ = "sns_inbox_messages"
    __table_args__ = (
        UniqueConstraint("account_id", "external_id"),
        ForeignKeyConstraint(
            ["account_id", "user_id"], ["sns_accounts.id", "sns_accounts.user_id"], ondelete="CASCADE"
        ),
        Index(None, "user_id", "created_at", "id"),
        Index(None, "user_id", "status", "created_at", "id"),
    )

    account_id: Mapped[int]
    user_id: Mapped[int]
    external_id: Mapped[str]
    sender: Mapped[str] = mapped_column(String(200))
    text: Mapped[str]
    type: Mapped[SNSMessageType]
    status: Mapped[SNSMessageStatus] = mapped_column(default=SNSMessageStatus.UNREAD)


class SNSSettings(kit.Entity, Base):
    __tablename__ = "sns_settings"
    __table_args__ = (
        UniqueConstraint("user_id"),
        CheckConstraint("NOT telegram_enabled OR telegram_chat_id IS NOT NULL", "telegram_has_chat"),
    )

    user_id: Mapped[int]
    auto_optimal_time: Mapped[bool] = mapped_column(default=False)
    engagement_notifications: Mapped[bool] = mapped_column(default=True)
    auto_reply: Mapped[bool] = mapped_column(default=False)
    banned_keywords: Mapped[list[str]]
    telegram_chat_id: Mapped[str | None]
    telegram_enabled: Mapped[bool] = mapped_column(default=False)


class LinkInBio(kit.Entity, Base):
    __tablename__ = "link_in_bios"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("slug ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$'", "slug_form"),
        CheckConstraint("clicks >= 0", "clicks_not_negative"),
        Index(None, "user_id", "created_at", "id"),
    )

    user_id: Mapped[int]
    slug: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(200))
    theme: Mapped[LinkInBioTheme] = mapped_column(default=LinkInBioTheme.LIGHT)
    clicks: Mapped[int] = mapped_column(default=0)


class LinkInBioLink(kit.Entity, Base):
    __tablename__ = "link_in_bio_links"
    __table_args__ = (
        UniqueConstraint("link_in_bio_id", "position"),
        CheckConstraint("url ~ '^https?://'", "url_http"),
    )

    link_in_bio_id: Mapped[int] = mapped_column(ForeignKey("link_in_bios.id", ondelete="CASCADE"))
    position: Mapped[int]
    url: Mapped[str]
    label: Mapped[str] = mapped_column(String(100))
    icon: Mapped[str | None]


class SNSAutomate(kit.Entity, Base):
    __tablename__ = "sns_automates"
    __table_args__ = (
        known_platforms("platforms"),
        CheckConstraint("(frequency = 'CUSTOM') = (interval_hours IS NOT NULL)", "custom_has_interval"),
        CheckConstraint("interval_hours > 0", "interval_positive"),
        CheckConstraint("(delivery_mode = 'WEBHOOK') = (webhook_url IS NOT NULL)", "webhook_has_url"),
        CheckConstraint("webhook_url ~ '^https?://'", "webhook_http"),
        Index(None, "user_id", "created_at", "id"),
        Index("ix_sns_automates_due", "next_run_at", postgresql_where=text("is_active")),
    )

    user_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    topic: Mapped[str]
    purpose: Mapped[SNSPurpose]
    platforms: Mapped[list[str]]
    frequency: Mapped[SNSFrequency]
    interval_hours: Mapped[int | None]
    delivery_mode: Mapped[SNSDeliveryMode] = mapped_column(default=SNSDeliveryMode.DIRECT)
    webhook_url: Mapped[str | None]
    payload_version: Mapped[int] = mapped_column(default=1)
    next_run_at: Mapped[datetime]
    is_active: Mapped[bool] = mapped_column(default=True)


class SNSCompetitor(kit.Entity, Base):
    """`engagement_rate` is a share of the followers: 0.05 is five per cent."""

    __tablename__ = "sns_competitors"
    __table_args__ = (
        UniqueConstraint("user_id", "platform", "username"),
        Index(None, "user_id", "created_at", "id"),
    )

    user_id: Mapped[int]
    platform: Mapped[SNSPlatform]
    username: Mapped[str] = mapped_column(String(100))
    followers: Mapped[int]
    engagement_rate: Mapped[float]
    avg_likes: Mapped[float]
    avg_comments: Mapped[float]


class CardNewsTemplate(kit.Entity, Base):
    __tablename__ = "card_news_templates"
    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("slide_count IN (8, 10)", "slide_count_offered"),
        CheckConstraint("cardinality(structure) = slide_count", "structure_complete"),
    )

    name: Mapped[str] = mapped_column(String(120))
    tone: Mapped[SNSTone]
    slide_count: Mapped[int]
    structure: Mapped[list[str]]
    design: Mapped[str]
    format: Mapped[CardNewsFormat]
