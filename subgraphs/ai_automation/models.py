"""Tables of ai_automation: plans, scenarios, and the AI employees that users made of them."""

import enum
from datetime import datetime

import strawberry
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit import models as kit
from subgraphs.kit.money import Money, money_columns
from subgraphs.kit.outbox import OutboxEvent as OutboxColumns


@strawberry.enum
class ScenarioCategory(enum.Enum):
    EMAIL = "EMAIL"
    SOCIAL = "SOCIAL"
    CUSTOMER_SERVICE = "CUSTOMER_SERVICE"
    DATA_ENTRY = "DATA_ENTRY"
    SCHEDULING = "SCHEDULING"


@strawberry.enum
class ScenarioComplexity(enum.Enum):
    EASY = "EASY"
    MEDIUM = "MEDIUM"
    ADVANCED = "ADVANCED"


@strawberry.enum(name="AIEmployeeStatus")
class EmployeeStatus(enum.Enum):
    DRAFT = "DRAFT"
    TRAINING = "TRAINING"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=kit.NAMING)
    type_annotation_map = kit.TYPES


class OutboxEvent(OutboxColumns, Base):
    """Events of ai_automation."""


class SeedRun(kit.SeedRun, Base):
    """See kit."""


class Plan(kit.Entity, Base):
    """Without a number of scenario tokens: unlimited."""

    __tablename__ = "ai_plans"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("monthly_price_minor > 0", "price_positive"),
        CheckConstraint("saved_hours_per_month > 0", "hours_positive"),
        CheckConstraint("scenario_tokens_per_month > 0", "tokens_positive"),
    )

    slug: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    monthly_price: Mapped[Money] = money_columns("monthly_price")
    saved_hours_per_month: Mapped[int]
    scenario_tokens_per_month: Mapped[int | None]
    includes_coaching: Mapped[bool]


class Scenario(kit.Entity, Base):
    __tablename__ = "scenarios"
    __table_args__ = (
        UniqueConstraint("name"),
        # What lets ai_employees know the category of its scenario.
        UniqueConstraint("id", "category"),
        CheckConstraint("estimated_savings_hours > 0", "hours_positive"),
    )

    name: Mapped[str] = mapped_column(String(100))
    category: Mapped[ScenarioCategory]
    description: Mapped[str]
    estimated_savings_hours: Mapped[int]
    complexity: Mapped[ScenarioComplexity]
    is_premium: Mapped[bool] = mapped_column(default=False)


class Employee(kit.Entity, Base):
    """What it saves is its scenario's to say, not the client's. Only one for social media drives an account."""

    __tablename__ = "ai_employees"
    __table_args__ = (
        ForeignKeyConstraint(["scenario_id", "scenario_category"], ["scenarios.id", "scenarios.category"]),
        CheckConstraint("name <> ''", "name_not_empty"),
        CheckConstraint("(status = 'DRAFT') = (deployed_at IS NULL)", "deployed_unless_draft"),
        CheckConstraint("sns_account_id IS NULL OR scenario_category = 'SOCIAL'", "only_social_drives"),
        Index(None, "owner_id", "created_at", "id"),
        Index(None, "scenario_id"),
    )

    owner_id: Mapped[int]
    scenario_id: Mapped[int]
    scenario_category: Mapped[ScenarioCategory]
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(default="")
    status: Mapped[EmployeeStatus] = mapped_column(default=EmployeeStatus.DRAFT)
    sns_account_id: Mapped[int | None]
    deployed_at: Mapped[datetime | None]
