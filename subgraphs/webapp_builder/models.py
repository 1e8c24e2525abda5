"""Tables of webapp_builder: the bootcamp's plans, courses and cohorts, its students, and their web apps."""

import enum
from datetime import datetime

import strawberry
from sqlalchemy import CheckConstraint, ForeignKey, Index, MetaData, String, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit import models as kit
from subgraphs.kit.money import Money, money_columns
from subgraphs.kit.outbox import OutboxEvent as OutboxColumns


@strawberry.enum
class BootcampPlanType(enum.Enum):
    WEEKDAY = "WEEKDAY"
    WEEKEND = "WEEKEND"


@strawberry.enum
class CourseLevel(enum.Enum):
    BEGINNER = "BEGINNER"
    INTERMEDIATE = "INTERMEDIATE"
    ADVANCED = "ADVANCED"


@strawberry.enum
class EnrollmentStatus(enum.Enum):
    WAITLISTED = strawberry.enum_value("WAITLISTED", description="Waits for a seat.")
    ENROLLED = strawberry.enum_value("ENROLLED", description="Has a seat; the cohort has not begun.")
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    DROPPED = "DROPPED"


@strawberry.enum
class WebAppStatus(enum.Enum):
    DRAFT = "DRAFT"
    BUILDING = "BUILDING"
    DEPLOYED = strawberry.enum_value("DEPLOYED", description="On a server, but not public yet.")
    LIVE = "LIVE"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=kit.NAMING)
    type_annotation_map = kit.TYPES


class OutboxEvent(OutboxColumns, Base):
    """Events of webapp_builder."""


class SeedRun(kit.SeedRun, Base):
    """See kit."""


class Plan(kit.Entity, Base):
    __tablename__ = "bootcamp_plans"
    __table_args__ = (
        UniqueConstraint("plan_type"),
        CheckConstraint("price_minor > 0", "price_positive"),
    )

    plan_type: Mapped[BootcampPlanType]
    name: Mapped[str] = mapped_column(String(120))
    schedule: Mapped[str]
    price: Mapped[Money] = money_columns("price")


class Course(kit.Entity, Base):
    """Every cohort goes through all courses, in the order of `position`."""

    __tablename__ = "courses"
    __table_args__ = (
        UniqueConstraint("position"),
        CheckConstraint("weeks > 0", "weeks_positive"),
    )

    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str]
    level: Mapped[CourseLevel]
    weeks: Mapped[int]


class Lesson(kit.Entity, Base):
    __tablename__ = "lessons"
    __table_args__ = (UniqueConstraint("course_id", "position"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))


class Cohort(kit.Entity, Base):
    """Students who begin together. Seats are taken by one conditional update, see repository.take_seat."""

    __tablename__ = "cohorts"
    __table_args__ = (
        UniqueConstraint("plan_id", "starts_at"),
        CheckConstraint("ends_at - starts_at = interval '56 days'", "eight_weeks"),
        CheckConstraint("seats_taken BETWEEN 0 AND seats", "seats_suffice"),
        Index(None, "starts_at", "id"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("bootcamp_plans.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    seats: Mapped[int]
    seats_taken: Mapped[int] = mapped_column(default=0)


class Enrollment(kit.Entity, Base):
    """Starts and ends with its cohort. The waiting list of a cohort is in the order of ids."""

    __tablename__ = "enrollments"
    __table_args__ = (
        Index(
            "uq_enrollments_open",
            "student_id",
            unique=True,
            postgresql_where=text("status IN ('WAITLISTED', 'ENROLLED', 'IN_PROGRESS')"),
        ),
        Index(None, "student_id", "created_at", "id"),
        Index(None, "cohort_id"),
        Index("ix_enrollments_waiting", "cohort_id", "id", postgresql_where=text("status = 'WAITLISTED'")),
    )

    student_id: Mapped[int]
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    status: Mapped[EnrollmentStatus]


class LessonCompletion(kit.Entity, Base):
    """What progress is counted from."""

    __tablename__ = "lesson_completions"
    __table_args__ = (UniqueConstraint("enrollment_id", "lesson_id"), Index(None, "lesson_id"))

    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollments.id", ondelete="CASCADE"))
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id"))
    completed_at: Mapped[datetime]


class WebApp(kit.Entity, Base):
    __tablename__ = "web_apps"
    __table_args__ = (
        CheckConstraint("name <> ''", "name_not_empty"),
        CheckConstraint("url ~ '^https://[^/]'", "url_https"),
        CheckConstraint("code_repo ~ '^https://[^/]'", "code_repo_https"),
        CheckConstraint("(status IN ('DEPLOYED', 'LIVE')) = (deployed_at IS NOT NULL)", "deployed_when"),
        CheckConstraint("status <> 'LIVE' OR url IS NOT NULL", "live_has_url"),
        Index(None, "owner_id", "created_at", "id"),
    )

    owner_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(default="")
    url: Mapped[str | None]
    code_repo: Mapped[str | None]
    status: Mapped[WebAppStatus] = mapped_column(default=WebAppStatus.DRAFT)
    deployed_at: Mapped[datetime | None]
