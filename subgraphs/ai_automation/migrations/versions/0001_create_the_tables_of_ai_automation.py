"""Create the tables of ai_automation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ai_plans',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('slug', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('monthly_price_minor', sa.BigInteger(), nullable=False),
    sa.Column('monthly_price_currency', sa.Enum('KRW', 'USD', name='monthly_price_currency', length=3, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('saved_hours_per_month', sa.BigInteger(), nullable=False),
    sa.Column('scenario_tokens_per_month', sa.BigInteger(), nullable=True),
    sa.Column('includes_coaching', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('monthly_price_minor > 0', name=op.f('ck_ai_plans_price_positive')),
    sa.CheckConstraint('saved_hours_per_month > 0', name=op.f('ck_ai_plans_hours_positive')),
    sa.CheckConstraint('scenario_tokens_per_month > 0', name=op.f('ck_ai_plans_tokens_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ai_plans')),
    sa.UniqueConstraint('slug', name=op.f('uq_ai_plans_slug'))
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
    op.create_table('scenarios',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('category', sa.Enum('EMAIL', 'SOCIAL', 'CUSTOMER_SERVICE', 'DATA_ENTRY', 'SCHEDULING', name='scenariocategory', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('estimated_savings_hours', sa.BigInteger(), nullable=False),
    sa.Column('complexity', sa.Enum('EASY', 'MEDIUM', 'ADVANCED', name='scenariocomplexity', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('is_premium', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('estimated_savings_hours > 0', name=op.f('ck_scenarios_hours_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scenarios')),
    sa.UniqueConstraint('id', 'category', name=op.f('uq_scenarios_id_category')),
    sa.UniqueConstraint('name', name=op.f('uq_scenarios_name'))
    )
    op.create_table('seed_runs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('users', sa.BigInteger(), nullable=False),
    sa.Column('seeded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seed_runs'))
    )
    op.create_table('ai_employees',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('owner_id', sa.BigInteger(), nullable=False),
    sa.Column('scenario_id', sa.BigInteger(), nullable=False),
    sa.Column('scenario_category', sa.Enum('EMAIL', 'SOCIAL', 'CUSTOMER_SERVICE', 'DATA_ENTRY', 'SCHEDULING', name='scenariocategory', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('DRAFT', 'TRAINING', 'ACTIVE', 'PAUSED', name='employeestatus', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('sns_account_id', sa.BigInteger(), nullable=True),
    sa.Column('deployed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("(status = 'DRAFT') = (deployed_at IS NULL)", name=op.f('ck_ai_employees_deployed_unless_draft')),
    sa.CheckConstraint("name <> ''", name=op.f('ck_ai_employees_name_not_empty')),
    sa.CheckConstraint("sns_account_id IS NULL OR scenario_category = 'SOCIAL'", name=op.f('ck_ai_employees_only_social_drives')),
    sa.ForeignKeyConstraint(['scenario_id', 'scenario_category'], ['scenarios.id', 'scenarios.category'], name=op.f('fk_ai_employees_scenario_id_scenario_category')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ai_employees'))
    )
    op.create_index(op.f('ix_ai_employees_owner_id_created_at_id'), 'ai_employees', ['owner_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_ai_employees_scenario_id'), 'ai_employees', ['scenario_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_ai_employees_scenario_id'), table_name='ai_employees')
    op.drop_index(op.f('ix_ai_employees_owner_id_created_at_id'), table_name='ai_employees')
    op.drop_table('ai_employees')
    op.drop_table('seed_runs')
    op.drop_table('scenarios')
    op.drop_table('outbox_events')
    op.drop_table('ai_plans')
