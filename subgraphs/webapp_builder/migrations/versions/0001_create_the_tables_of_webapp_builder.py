"""Create the tables of webapp_builder."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('bootcamp_plans',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('plan_type', sa.Enum('WEEKDAY', 'WEEKEND', name='bootcampplantype', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('schedule', sa.Text(), nullable=False),
    sa.Column('price_minor', sa.BigInteger(), nullable=False),
    sa.Column('price_currency', sa.Enum('KRW', 'USD', name='price_currency', length=3, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('price_minor > 0', name=op.f('ck_bootcamp_plans_price_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bootcamp_plans')),
    sa.UniqueConstraint('plan_type', name=op.f('uq_bootcamp_plans_plan_type'))
    )
    op.create_table('courses',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('level', sa.Enum('BEGINNER', 'INTERMEDIATE', 'ADVANCED', name='courselevel', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('weeks', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('weeks > 0', name=op.f('ck_courses_weeks_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_courses')),
    sa.UniqueConstraint('position', name=op.f('uq_courses_position'))
    )
    op.create_table('outbox_events',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('entity_type', sa.Text(), nullable=False),
    sa.Column('entity_key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_events')),
    sa.UniqueConstraint('event_id', name=op.f('uq_outbox_events_event_id'))
    )
    op.create_table('seed_runs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('users', sa.BigInteger(), nullable=False),
    sa.Column('seeded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seed_runs'))
    )
    op.create_table('web_apps',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('owner_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('code_repo', sa.Text(), nullable=True),
    sa.Column('status', sa.Enum('DRAFT', 'BUILDING', 'DEPLOYED', 'LIVE', name='webappstatus', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('deployed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("(status IN ('DEPLOYED', 'LIVE')) = (deployed_at IS NOT NULL)", name=op.f('ck_web_apps_deployed_when')),
    sa.CheckConstraint("code_repo ~ '^https://[^/]'", name=op.f('ck_web_apps_code_repo_https')),
    sa.CheckConstraint("name <> ''", name=op.f('ck_web_apps_name_not_empty')),
    sa.CheckConstraint("status <> 'LIVE' OR url IS NOT NULL", name=op.f('ck_web_apps_live_has_url')),
    sa.CheckConstraint("url ~ '^https://[^/]'", name=op.f('ck_web_apps_url_https')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_web_apps'))
    )
    op.create_index(op.f('ix_web_apps_owner_id_created_at_id'), 'web_apps', ['owner_id', 'created_at', 'id'], unique=False)
    op.create_table('cohorts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('plan_id', sa.BigInteger(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seats', sa.BigInteger(), nullable=False),
    sa.Column('seats_taken', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("ends_at - starts_at = interval '56 days'", name=op.f('ck_cohorts_eight_weeks')),
    sa.CheckConstraint('seats_taken BETWEEN 0 AND seats', name=op.f('ck_cohorts_seats_suffice')),
    sa.ForeignKeyConstraint(['plan_id'], ['bootcamp_plans.id'], name=op.f('fk_cohorts_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cohorts')),
    sa.UniqueConstraint('plan_id', 'starts_at', name=op.f('uq_cohorts_plan_id_starts_at'))
    )
    op.create_index(op.f('ix_cohorts_starts_at_id'), 'cohorts', ['starts_at', 'id'], unique=False)
    op.create_table('lessons',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('course_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['courses.id'], name=op.f('fk_lessons_course_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lessons')),
    sa.UniqueConstraint('course_id', 'position', name=op.f('uq_lessons_course_id_position'))
    )
    op.create_table('enrollments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('student_id', sa.BigInteger(), nullable=False),
    sa.Column('cohort_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('WAITLISTED', 'ENROLLED', 'IN_PROGRESS', 'COMPLETED', 'DROPPED', name='enrollmentstatus', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['cohort_id'], ['cohorts.id'], name=op.f('fk_enrollments_cohort_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enrollments'))
    )
    op.create_index(op.f('ix_enrollments_cohort_id'), 'enrollments', ['cohort_id'], unique=False)
    op.create_index(op.f('ix_enrollments_student_id_created_at_id'), 'enrollments', ['student_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_enrollments_waiting', 'enrollments', ['cohort_id', 'id'], unique=False, postgresql_where=sa.text("status = 'WAITLISTED'"))
    op.create_index('uq_enrollments_open', 'enrollments', ['student_id'], unique=True, postgresql_where=sa.text("status IN ('WAITLISTED', 'ENROLLED', 'IN_PROGRESS')"))
    op.create_table('lesson_completions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('enrollment_id', sa.BigInteger(), nullable=False),
    sa.Column('lesson_id', sa.BigInteger(), nullable=False),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['enrollment_id'], ['enrollments.id'], name=op.f('fk_lesson_completions_enrollment_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['lesson_id'], ['lessons.id'], name=op.f('fk_lesson_completions_lesson_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lesson_completions')),
    sa.UniqueConstraint('enrollment_id', 'lesson_id', name=op.f('uq_lesson_completions_enrollment_id_lesson_id'))
    )
    op.create_index(op.f('ix_lesson_completions_lesson_id'), 'lesson_completions', ['lesson_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_lesson_completions_lesson_id'), table_name='lesson_completions')
    op.drop_table('lesson_completions')
    op.drop_index('uq_enrollments_open', table_name='enrollments', postgresql_where=sa.text("status IN ('WAITLISTED', 'ENROLLED', 'IN_PROGRESS')"))
    op.drop_index('ix_enrollments_waiting', table_name='enrollments', postgresql_where=sa.text("status = 'WAITLISTED'"))
    op.drop_index(op.f('ix_enrollments_student_id_created_at_id'), table_name='enrollments')
    op.drop_index(op.f('ix_enrollments_cohort_id'), table_name='enrollments')
    op.drop_table('enrollments')
    op.drop_table('lessons')
    op.drop_index(op.f('ix_cohorts_starts_at_id'), table_name='cohorts')
    op.drop_table('cohorts')
    op.drop_index(op.f('ix_web_apps_owner_id_created_at_id'), table_name='web_apps')
    op.drop_table('web_apps')
    op.drop_table('seed_runs')
    op.drop_table('outbox_events')
    op.drop_table('courses')
    op.drop_table('bootcamp_plans')
