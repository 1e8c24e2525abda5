"""Create the tables of experience."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('experience_listings',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('site', sa.Enum('COUPANG_EATS', 'DANGGEUN', 'SOOMGO', 'TODAY_DEAL', name='experiencesite', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('url', sa.String(length=2000), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('category', sa.Enum('FOOD', 'CAFE', 'CONVENIENCE_STORE', 'HOME_SERVICE', 'INTERIOR', 'BEAUTY', name='experiencecategory', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('image_url', sa.Text(), nullable=True),
    sa.Column('reward', sa.Text(), nullable=False),
    sa.Column('reward_value_minor', sa.BigInteger(), nullable=True),
    sa.Column('reward_value_currency', sa.Enum('KRW', 'USD', name='reward_value_currency', length=3, native_enum=False, create_constraint=True), nullable=True),
    sa.Column('deadline', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("url ~ '^https?://'", name=op.f('ck_experience_listings_url_is_web')),
    sa.CheckConstraint('(reward_value_minor IS NULL) = (reward_value_currency IS NULL)', name=op.f('ck_experience_listings_reward_value_complete')),
    sa.CheckConstraint('last_seen_at >= first_seen_at', name=op.f('ck_experience_listings_seen_in_order')),
    sa.CheckConstraint('reward_value_minor > 0', name=op.f('ck_experience_listings_reward_value_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_experience_listings')),
    sa.UniqueConstraint('site', 'url', name=op.f('uq_experience_listings_site_url'))
    )
    op.create_index(op.f('ix_experience_listings_category_first_seen_at_id'), 'experience_listings', ['category', 'first_seen_at', 'id'], unique=False)
    op.create_index(op.f('ix_experience_listings_deadline'), 'experience_listings', ['deadline'], unique=False)
    op.create_index(op.f('ix_experience_listings_first_seen_at_id'), 'experience_listings', ['first_seen_at', 'id'], unique=False)
    op.create_index(op.f('ix_experience_listings_site_first_seen_at_id'), 'experience_listings', ['site', 'first_seen_at', 'id'], unique=False)
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


def downgrade() -> None:
    op.drop_table('seed_runs')
    op.drop_table('outbox_events')
    op.drop_index(op.f('ix_experience_listings_site_first_seen_at_id'), table_name='experience_listings')
    op.drop_index(op.f('ix_experience_listings_first_seen_at_id'), table_name='experience_listings')
    op.drop_index(op.f('ix_experience_listings_deadline'), table_name='experience_listings')
    op.drop_index(op.f('ix_experience_listings_category_first_seen_at_id'), table_name='experience_listings')
    op.drop_table('experience_listings')
