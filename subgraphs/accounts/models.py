"""Tables of accounts: users, what they may buy, what they bought and paid, and what they are told."""

import enum
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, MetaData, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit import models as kit
from subgraphs.kit.money import Currency, Money, currency_type, money_columns
from subgraphs.kit.outbox import OutboxEvent as OutboxColumns
from subgraphs.kit.viewer import Role


@strawberry.enum
class SubscriptionStatus(enum.Enum):
    ACTIVE = "ACTIVE"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    PAST_DUE = "PAST_DUE"


@strawberry.enum
class BillingPeriod(enum.Enum):
    MONTHLY = "MONTHLY"
    ANNUAL = "ANNUAL"
    ONCE = "ONCE"


@strawberry.enum
class PaymentStatus(enum.Enum):
    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    REFUNDED = "REFUNDED"


@strawberry.enum
class OrderStatus(enum.Enum):
    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    SHIPPED = "SHIPPED"
    DELIVERED = "DELIVERED"
    CANCELED = "CANCELED"


@strawberry.enum
class InvoiceStatus(enum.Enum):
    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    PAID = "PAID"
    CANCELED = "CANCELED"


@strawberry.enum
class FileCategory(enum.Enum):
    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    DOCUMENT = "DOCUMENT"


class NotificationSubjectType(enum.Enum):
    """Entities of other subgraphs that a notification may be about."""

    BOOKING = "BOOKING"
    SNS_POST = "SNS_POST"
    CAMPAIGN = "CAMPAIGN"
    AI_EMPLOYEE = "AI_EMPLOYEE"


class OAuthProvider(enum.Enum):
    GOOGLE = "GOOGLE"
    FACEBOOK = "FACEBOOK"
    KAKAO = "KAKAO"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=kit.NAMING)
    type_annotation_map = kit.TYPES


class OutboxEvent(OutboxColumns, Base):
    """Events of accounts."""


class SeedRun(kit.SeedRun, Base):
    """See kit."""


class User(kit.Entity, Base):
    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email"),
        UniqueConstraint("oauth_provider", "oauth_id"),
        CheckConstraint("email = lower(email)", "email_lower_case"),
        CheckConstraint("(oauth_provider IS NULL) = (oauth_id IS NULL)", "oauth_complete"),
    )

    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str | None]
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(default=Role.USER)
    is_active: Mapped[bool] = mapped_column(default=True)
    avatar_url: Mapped[str | None]
    email_verified: Mapped[bool] = mapped_column(default=False)
    password_changed_at: Mapped[datetime | None]
    oauth_provider: Mapped[OAuthProvider | None]
    oauth_id: Mapped[str | None]


class LoginLock(Base):
    """Failed sign-ins per e-mail address, whether or not an account has it: the two must look the same."""

    __tablename__ = "login_locks"

    email: Mapped[str] = mapped_column(String(254), primary_key=True)
    recent_failures: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    locked_until: Mapped[datetime | None]


class LoginAttempt(kit.Entity, Base):
    """Append-only."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index(None, "email", "created_at"),)

    email: Mapped[str] = mapped_column(String(254))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    succeeded: Mapped[bool]


class Product(kit.Entity, Base):
    __tablename__ = "products"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("num_nonnulls(monthly_price_minor, one_time_price_minor) = 1", "one_way_to_pay"),
    )

    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str]
    icon: Mapped[str]
    monthly_price: Mapped[Money | None] = money_columns("monthly_price", nullable=True)
    annual_price: Mapped[Money | None] = money_columns("annual_price", nullable=True)
    one_time_price: Mapped[Money | None] = money_columns("one_time_price", nullable=True)
    is_active: Mapped[bool] = mapped_column(default=True)


class SubscriptionPlan(kit.Entity, Base):
    """A plan grants several products. A quota without a number is unlimited, a plan without a price is on request."""

    __tablename__ = "subscription_plans"
    __table_args__ = (UniqueConstraint("slug"),)

    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    monthly_price: Mapped[Money | None] = money_columns("monthly_price", nullable=True)
    annual_price: Mapped[Money | None] = money_columns("annual_price", nullable=True)
    features: Mapped[list[str]]
    max_products: Mapped[int | None]
    max_users: Mapped[int | None]
    bookings_per_month: Mapped[int | None]
    posts_per_month: Mapped[int | None]
    api_calls_per_month: Mapped[int | None]
    trial_days: Mapped[int] = mapped_column(default=7)
    is_active: Mapped[bool] = mapped_column(default=True)


class Subscription(kit.Entity, Base):
    """To a product or to a plan, never to both."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint("num_nonnulls(product_id, plan_id) = 1", "product_or_plan"),
        CheckConstraint("(period = 'ONCE') = (current_period_end IS NULL)", "period_ends"),
        UniqueConstraint("provider_subscription_id"),
        Index(
            "uq_subscriptions_running_product",
            "user_id",
            "product_id",
            unique=True,
            postgresql_where=text("status IN ('ACTIVE', 'CANCELING', 'PAST_DUE')"),
        ),
        Index(None, "user_id", "status"),
        Index(None, "user_id", "created_at", "id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("subscription_plans.id"))
    period: Mapped[BillingPeriod]
    status: Mapped[SubscriptionStatus] = mapped_column(default=SubscriptionStatus.ACTIVE)
    started_at: Mapped[datetime]
    current_period_end: Mapped[datetime | None]
    canceled_at: Mapped[datetime | None]
    provider_subscription_id: Mapped[str | None]


class Payment(kit.Entity, Base):
    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("provider_payment_id"),
        CheckConstraint("amount_minor > 0", "amount_positive"),
        Index(None, "user_id", "created_at", "id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    amount: Mapped[Money] = money_columns("amount")
    status: Mapped[PaymentStatus] = mapped_column(default=PaymentStatus.PENDING)
    description: Mapped[str]
    paid_at: Mapped[datetime | None]
    provider_payment_id: Mapped[str | None]


class Order(kit.Entity, Base):
    """All amounts of an order are in its one currency."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("total_minor = subtotal_minor + tax_minor - discount_minor", "total_adds_up"),
        Index(None, "user_id", "created_at", "id"),
    )

    number: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    status: Mapped[OrderStatus] = mapped_column(default=OrderStatus.PENDING)
    currency: Mapped[Currency] = mapped_column(currency_type("currency"))
    subtotal_minor: Mapped[int]
    tax_minor: Mapped[int]
    discount_minor: Mapped[int] = mapped_column(default=0)
    total_minor: Mapped[int]


class OrderItem(kit.Entity, Base):
    __tablename__ = "order_items"
    __table_args__ = (CheckConstraint("quantity > 0", "quantity_positive"),)

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    description: Mapped[str]
    quantity: Mapped[int]
    unit_price_minor: Mapped[int]


class Invoice(kit.Entity, Base):
    """Dates are days in Seoul; `number` is YYYYMMDD-NNNN."""

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("total_minor = amount_minor + tax_minor", "total_adds_up"),
        CheckConstraint("(status = 'PAID') = (paid_at IS NOT NULL)", "paid_when_paid"),
        Index(None, "user_id", "created_at", "id"),
    )

    number: Mapped[str] = mapped_column(String(17))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    status: Mapped[InvoiceStatus] = mapped_column(default=InvoiceStatus.DRAFT)
    currency: Mapped[Currency] = mapped_column(currency_type("currency"))
    amount_minor: Mapped[int]
    tax_minor: Mapped[int]
    total_minor: Mapped[int]
    payment_method: Mapped[str | None]
    issued_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]


class FileUpload(kit.Entity, Base):
    __tablename__ = "file_uploads"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("size > 0 AND size <= 50 * 1024 * 1024", "size_limited"),
        Index(None, "user_id", "created_at", "id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    key: Mapped[str]
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int]
    content_type: Mapped[str] = mapped_column(String(127))
    category: Mapped[FileCategory]


class Notification(kit.Entity, Base):
    __tablename__ = "notifications"
    __table_args__ = (
        CheckConstraint("(subject_type IS NULL) = (subject_id IS NULL)", "subject_complete"),
        Index(None, "user_id", "created_at", "id"),
        Index(
            "ix_notifications_unread", "user_id", "created_at", "id", postgresql_where=text("read_at IS NULL")
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    message: Mapped[str]
    action_url: Mapped[str | None]
    icon: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    subject_type: Mapped[NotificationSubjectType | None]
    subject_id: Mapped[int | None]
    read_at: Mapped[datetime | None]


class ApiKey(kit.Entity, Base):
    """Only the hash of a key is kept; `prefix` lets its owner recognise it."""

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("key_hash"),
        CheckConstraint("prefix ~ '^pk_[0-9a-f]{8}$'", "prefix_form"),
        Index(None, "user_id", "created_at", "id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    prefix: Mapped[str] = mapped_column(String(11))
    key_hash: Mapped[str]
    scopes: Mapped[list[str]]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]
    last_used_at: Mapped[datetime | None]
