"""Loaders of webapp_builder: one per key. Seats and enrolments are read from the primary."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import strawberry
from aiodataloader import DataLoader

from subgraphs.kit.context import Context
from subgraphs.kit.database import Reader
from subgraphs.kit.loaders import Children, children_loader, row_loader, value_loader
from subgraphs.kit.pagination import Page
from subgraphs.webapp_builder import models, repository


@dataclass(frozen=True, slots=True)
class Loaders:
    """One set per request."""

    plan: DataLoader[int, models.Plan | None]
    course: DataLoader[int, models.Course | None]
    lesson: DataLoader[int, models.Lesson | None]
    cohort: DataLoader[int, models.Cohort | None]
    enrollment: DataLoader[int, models.Enrollment | None]
    web_app: DataLoader[int, models.WebApp | None]
    lessons_of_course: DataLoader[int, list[models.Lesson]]
    completed_lessons: DataLoader[int, list[models.Lesson]]
    lesson_count: DataLoader[int, repository.LessonCount]
    waiting_count: DataLoader[int, int]
    waiting_position: DataLoader[int, int | None]
    cohorts_of_plan: DataLoader[Children[datetime | None], Page[models.Cohort]]
    enrollments: DataLoader[Children[models.EnrollmentStatus | None], Page[models.Enrollment]]
    web_apps: DataLoader[Children[models.WebAppStatus | None], Page[models.WebApp]]


Info: TypeAlias = strawberry.Info[Context[Loaders], None]


def make_loaders(reader: Reader) -> Loaders:
    """Called once per request, and again after a write."""
    no_lessons = repository.LessonCount(0, 0)
    return Loaders(
        plan=row_loader(reader, repository.plans, lambda row: row.id),
        course=row_loader(reader, repository.courses, lambda row: row.id),
        lesson=row_loader(reader, repository.lessons, lambda row: row.id),
        cohort=row_loader(reader, repository.cohorts, lambda row: row.id, fresh=True),
        enrollment=row_loader(reader, repository.enrollments, lambda row: row.id, fresh=True),
        web_app=row_loader(reader, repository.web_apps, lambda row: row.id),
        lessons_of_course=value_loader(reader, repository.lessons_of_courses, []),
        completed_lessons=value_loader(reader, repository.completed_lessons, [], fresh=True),
        lesson_count=value_loader(reader, repository.lesson_counts, no_lessons, fresh=True),
        waiting_count=value_loader(reader, repository.waiting_counts, 0, fresh=True),
        waiting_position=value_loader(reader, repository.waiting_positions, None, fresh=True),
        cohorts_of_plan=children_loader(reader, repository.cohort_pages, fresh=True),
        enrollments=children_loader(reader, repository.enrollment_pages, fresh=True),
        web_apps=children_loader(reader, repository.web_app_pages),
    )
