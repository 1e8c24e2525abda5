"""Plans, courses, lessons and cohorts of the bootcamp: public."""

from datetime import datetime
from typing import Annotated, Self

import strawberry
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from subgraphs.kit import ids
from subgraphs.kit.connection import Connection
from subgraphs.kit.entities import from_row
from subgraphs.kit.loaders import Children
from subgraphs.kit.money import Money
from subgraphs.kit.pagination import page_request
from subgraphs.webapp_builder import models, rules
from subgraphs.webapp_builder.cache_policy import CAPACITY, CATALOGUE, COHORT
from subgraphs.webapp_builder.loaders import Info
from subgraphs.webapp_builder.models import BootcampPlanType, CourseLevel


@strawberry.federation.type(keys=[Key(fields=FieldSet("slug"), resolvable=False)])
class Product:
    """Owned by accounts."""

    slug: str


@strawberry.federation.type(keys=["id"], directives=[CATALOGUE])
class Lesson:
    id: strawberry.ID
    position: int
    title: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: models.Lesson) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.lesson.load(ids.decode("Lesson", id))
        return cls.of(row) if row else None


@strawberry.federation.type(
    keys=["id"], directives=[CATALOGUE], description="A part of the bootcamp. Every cohort goes through all."
)
class Course:
    id: strawberry.ID
    position: int
    title: str
    description: str
    level: CourseLevel
    weeks: int
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Course]

    @strawberry.field(description="In their order.")
    async def lessons(self, info: Info) -> list[Lesson]:
        return [Lesson.of(row) for row in await info.context.loaders.lessons_of_course.load(self.row.id)]

    @classmethod
    def of(cls, row: models.Course) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.course.load(ids.decode("Course", id))
        return cls.of(row) if row else None


@strawberry.federation.type(keys=["id"], directives=[CATALOGUE])
class BootcampPlan:
    id: strawberry.ID
    plan_type: BootcampPlanType
    name: str
    schedule: str = strawberry.field(description="Days and hours, in Seoul.")
    price: Money = strawberry.field(description="Paid once.")
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Plan]

    @strawberry.field
    def weeks(self) -> int:
        return rules.WEEKS

    @strawberry.field(description="The product that opens the bootcamp.")
    def product(self) -> Product:
        return Product(slug=rules.PRODUCT)

    @strawberry.federation.field(directives=[COHORT], description="Earliest first.")
    async def cohorts(
        self, info: Info, first: int = 20, after: str | None = None, upcoming_only: bool = False
    ) -> Connection[Annotated["Cohort", strawberry.lazy("subgraphs.webapp_builder.types.catalogue")]]:
        since = info.context.now if upcoming_only else None
        children = Children(self.row.id, page_request(first, after), since)
        return Connection.of(await info.context.loaders.cohorts_of_plan.load(children), Cohort.of)

    @classmethod
    def of(cls, row: models.Plan) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.plan.load(ids.decode("BootcampPlan", id))
        return cls.of(row) if row else None


@strawberry.federation.type(
    keys=["id"], directives=[COHORT], description="Students who begin and end together."
)
class Cohort:
    id: strawberry.ID
    starts_at: datetime
    ends_at: datetime
    seats: int
    created_at: datetime
    updated_at: datetime
    row: strawberry.Private[models.Cohort]

    @strawberry.federation.field(directives=[CAPACITY])
    def seats_left(self) -> int:
        return self.row.seats - self.row.seats_taken

    @strawberry.federation.field(directives=[CAPACITY], description="How many wait for a seat.")
    async def waiting_count(self, info: Info) -> int:
        return await info.context.loaders.waiting_count.load(self.row.id)

    @strawberry.field
    async def plan(self, info: Info) -> BootcampPlan:
        row = await info.context.loaders.plan.load(self.row.plan_id)
        if row is None:
            raise LookupError(f"plan {self.row.plan_id}")  # a foreign key keeps it from happening
        return BootcampPlan.of(row)

    @classmethod
    def of(cls, row: models.Cohort) -> Self:
        return from_row(cls, row)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:
        row = await info.context.loaders.cohort.load(ids.decode("Cohort", id))
        return cls.of(row) if row else None
