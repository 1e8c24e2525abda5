"""Create the tables of review."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table('campaigns',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('creator_id', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('product_name', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('category', sa.Enum('BEAUTY', 'FOOD', 'TECH', 'FASHION', name='campaigncategory', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('reward_type', sa.Enum('PRODUCT', 'CASH', 'BOTH', name='campaignrewardtype', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('reward', sa.Text(), nullable=False),
    sa.Column('reward_value_minor', sa.BigInteger(), nullable=True),
    sa.Column('reward_value_currency', sa.Enum('KRW', 'USD', name='reward_value_currency', length=3, native_enum=False, create_constraint=True), nullable=True),
    sa.Column('max_reviewers', sa.BigInteger(), nullable=False),
    sa.Column('taken_places', sa.BigInteger(), nullable=False),
    sa.Column('deadline', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Enum('ACTIVE', 'CLOSED', 'COMPLETED', 'EXPIRED', name='campaignstatus', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('experience_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('(reward_value_minor IS NULL) = (reward_value_currency IS NULL)', name=op.f('ck_campaigns_reward_value_complete')),
    sa.CheckConstraint('char_length(description) <= 2000', name=op.f('ck_campaigns_description_length')),
    sa.CheckConstraint('max_reviewers BETWEEN 1 AND 10000', name=op.f('ck_campaigns_max_reviewers_range')),
    sa.CheckConstraint('reward_value_minor > 0', name=op.f('ck_campaigns_reward_value_positive')),
    sa.CheckConstraint('taken_places BETWEEN 0 AND max_reviewers', name=op.f('ck_campaigns_capacity')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaigns')),
    sa.UniqueConstraint('id', 'creator_id', name=op.f('uq_campaigns_id_creator_id'))
    )
    op.create_index(op.f('ix_campaigns_creator_id_created_at_id'), 'campaigns', ['creator_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_campaigns_deadline'), 'campaigns', ['deadline'], unique=False, postgresql_where=sa.text("status = 'ACTIVE'"))
    op.create_index(op.f('ix_campaigns_status_category_created_at_id'), 'campaigns', ['status', 'category', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_campaigns_status_created_at_id'), 'campaigns', ['status', 'created_at', 'id'], unique=False)
    op.create_index('ix_campaigns_words', 'campaigns', ['title', 'product_name'], unique=False, postgresql_using='gin', postgresql_ops={'title': 'gin_trgm_ops', 'product_name': 'gin_trgm_ops'})
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
    op.create_table('review_accounts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('platform', sa.Enum('NAVER', 'INSTAGRAM', 'BLOG', 'YOUTUBE', 'TIKTOK', 'FACEBOOK', name='reviewplatform', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('account_name', sa.String(length=100), nullable=False),
    sa.Column('social_account_id', sa.BigInteger(), nullable=True),
    sa.Column('followers', sa.BigInteger(), nullable=False),
    sa.Column('category_tags', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('success_rate', sa.Double(), nullable=True),
    sa.Column('last_reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('followers >= 0', name=op.f('ck_review_accounts_followers_range')),
    sa.CheckConstraint('success_rate BETWEEN 0 AND 1', name=op.f('ck_review_accounts_success_rate_range')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_accounts')),
    sa.UniqueConstraint('id', 'user_id', name=op.f('uq_review_accounts_id_user_id')),
    sa.UniqueConstraint('user_id', 'platform', 'account_name', name=op.f('uq_review_accounts_user_id_platform_account_name'))
    )
    op.create_index(op.f('ix_review_accounts_user_id_created_at_id'), 'review_accounts', ['user_id', 'created_at', 'id'], unique=False)
    op.create_table('review_listings',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('source_platform', sa.Enum('REVU', 'REVIEWPLACE', 'WIBLE', 'MIBL', 'SEOULOUBA', 'NAVER', 'MOAVIEW', 'INFLEXER', 'REVIEWNOTE', 'GANGNAM', name='reviewsource', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('external_id', sa.String(length=200), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('brand', sa.String(length=200), nullable=False),
    sa.Column('category', sa.Enum('RESTAURANTS', 'BEAUTY', 'FASHION', 'FOOD', 'LIVING', 'CHILDCARE', 'FITNESS', 'PETS', 'OTHER', name='reviewlistingcategory', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('reward_type', sa.Enum('PRODUCT', 'CASH', 'EXPERIENCE', 'POINTS', name='reviewrewardtype', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('reward_value_minor', sa.BigInteger(), nullable=False),
    sa.Column('reward_value_currency', sa.Enum('KRW', 'USD', name='reward_value_currency', length=3, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('follower_minimum', sa.BigInteger(), nullable=True),
    sa.Column('required_tags', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('deadline', sa.DateTime(timezone=True), nullable=False),
    sa.Column('max_applicants', sa.BigInteger(), nullable=True),
    sa.Column('current_applicants', sa.BigInteger(), nullable=False),
    sa.Column('url', sa.String(length=2000), nullable=False),
    sa.Column('image_url', sa.Text(), nullable=True),
    sa.Column('status', sa.Enum('ACTIVE', 'CLOSED', 'EXPIRED', name='reviewlistingstatus', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('scraped_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("reward_value_minor >= 0 AND reward_value_currency = 'KRW'", name=op.f('ck_review_listings_reward_value_in_won')),
    sa.CheckConstraint("url ~ '^https?://'", name=op.f('ck_review_listings_url_is_web')),
    sa.CheckConstraint('current_applicants >= 0', name=op.f('ck_review_listings_current_applicants_range')),
    sa.CheckConstraint('follower_minimum >= 0', name=op.f('ck_review_listings_follower_minimum_range')),
    sa.CheckConstraint('max_applicants > 0', name=op.f('ck_review_listings_max_applicants_range')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_listings')),
    sa.UniqueConstraint('source_platform', 'external_id', name=op.f('uq_review_listings_source_platform_external_id'))
    )
    op.create_index('ix_review_listings_reward', 'review_listings', ['status', 'reward_value_minor', 'id'], unique=False)
    op.create_index(op.f('ix_review_listings_status_category_deadline'), 'review_listings', ['status', 'category', 'deadline'], unique=False)
    op.create_index(op.f('ix_review_listings_status_current_applicants_id'), 'review_listings', ['status', 'current_applicants', 'id'], unique=False)
    op.create_index(op.f('ix_review_listings_status_deadline_id'), 'review_listings', ['status', 'deadline', 'id'], unique=False)
    op.create_index(op.f('ix_review_listings_status_scraped_at_id'), 'review_listings', ['status', 'scraped_at', 'id'], unique=False)
    op.create_index('ix_review_listings_words', 'review_listings', ['title', 'brand'], unique=False, postgresql_using='gin', postgresql_ops={'title': 'gin_trgm_ops', 'brand': 'gin_trgm_ops'})
    op.create_table('seed_runs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('users', sa.BigInteger(), nullable=False),
    sa.Column('seeded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seed_runs'))
    )
    op.create_table('campaign_applications',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('campaign_id', sa.BigInteger(), nullable=False),
    sa.Column('creator_id', sa.BigInteger(), nullable=False),
    sa.Column('applicant_id', sa.BigInteger(), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('social_account_id', sa.BigInteger(), nullable=True),
    sa.Column('follower_count', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('PENDING', 'APPROVED', 'REJECTED', name='campaignapplicationstatus', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('applicant_id <> creator_id', name=op.f('ck_campaign_applications_not_by_the_creator')),
    sa.CheckConstraint('char_length(message) BETWEEN 1 AND 2000', name=op.f('ck_campaign_applications_message_length')),
    sa.CheckConstraint('follower_count >= 0', name=op.f('ck_campaign_applications_follower_count_range')),
    sa.ForeignKeyConstraint(['campaign_id', 'creator_id'], ['campaigns.id', 'campaigns.creator_id'], name=op.f('fk_campaign_applications_campaign_id_creator_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_applications')),
    sa.UniqueConstraint('campaign_id', 'applicant_id', name=op.f('uq_campaign_applications_campaign_id_applicant_id'))
    )
    op.create_index(op.f('ix_campaign_applications_applicant_id_created_at_id'), 'campaign_applications', ['applicant_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_campaign_applications_campaign_id_created_at_id'), 'campaign_applications', ['campaign_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_campaign_applications_campaign_id_status'), 'campaign_applications', ['campaign_id', 'status'], unique=False)
    op.create_table('review_applications',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('listing_id', sa.BigInteger(), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('PENDING', 'SELECTED', 'COMPLETED', 'REJECTED', name='reviewapplicationstatus', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('result', sa.Text(), nullable=True),
    sa.Column('review_url', sa.Text(), nullable=True),
    sa.Column('review_posted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("review_url ~ '^https?://'", name=op.f('ck_review_applications_review_url_is_web')),
    sa.ForeignKeyConstraint(['account_id', 'user_id'], ['review_accounts.id', 'review_accounts.user_id'], name=op.f('fk_review_applications_account_id_user_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['listing_id'], ['review_listings.id'], name=op.f('fk_review_applications_listing_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_applications')),
    sa.UniqueConstraint('listing_id', 'account_id', name=op.f('uq_review_applications_listing_id_account_id'))
    )
    op.create_index(op.f('ix_review_applications_account_id_status'), 'review_applications', ['account_id', 'status'], unique=False)
    op.create_index(op.f('ix_review_applications_user_id_created_at_id'), 'review_applications', ['user_id', 'created_at', 'id'], unique=False)
    op.create_table('review_bookmarks',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('listing_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['listing_id'], ['review_listings.id'], name=op.f('fk_review_bookmarks_listing_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_bookmarks')),
    sa.UniqueConstraint('user_id', 'listing_id', name=op.f('uq_review_bookmarks_user_id_listing_id'))
    )
    op.create_index(op.f('ix_review_bookmarks_listing_id'), 'review_bookmarks', ['listing_id'], unique=False)
    op.create_index(op.f('ix_review_bookmarks_user_id_created_at_id'), 'review_bookmarks', ['user_id', 'created_at', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_review_bookmarks_user_id_created_at_id'), table_name='review_bookmarks')
    op.drop_index(op.f('ix_review_bookmarks_listing_id'), table_name='review_bookmarks')
    op.drop_table('review_bookmarks')
    op.drop_index(op.f('ix_review_applications_user_id_created_at_id'), table_name='review_applications')
    op.drop_index(op.f('ix_review_applications_account_id_status'), table_name='review_applications')
    op.drop_table('review_applications')
    op.drop_index(op.f('ix_campaign_applications_campaign_id_status'), table_name='campaign_applications')
    op.drop_index(op.f('ix_campaign_applications_campaign_id_created_at_id'), table_name='campaign_applications')
    op.drop_index(op.f('ix_campaign_applications_applicant_id_created_at_id'), table_name='campaign_applications')
    op.drop_table('campaign_applications')
    op.drop_table('seed_runs')
    op.drop_index('ix_review_listings_words', table_name='review_listings', postgresql_using='gin', postgresql_ops={'title': 'gin_trgm_ops', 'brand': 'gin_trgm_ops'})
    op.drop_index(op.f('ix_review_listings_status_scraped_at_id'), table_name='review_listings')
    op.drop_index(op.f('ix_review_listings_status_deadline_id'), table_name='review_listings')
    op.drop_index(op.f('ix_review_listings_status_current_applicants_id'), table_name='review_listings')
    op.drop_index(op.f('ix_review_listings_status_category_deadline'), table_name='review_listings')
    op.drop_index('ix_review_listings_reward', table_name='review_listings')
    op.drop_table('review_listings')
    op.drop_index(op.f('ix_review_accounts_user_id_created_at_id'), table_name='review_accounts')
    op.drop_table('review_accounts')
    op.drop_table('outbox_events')
    op.drop_index('ix_campaigns_words', table_name='campaigns', postgresql_using='gin', postgresql_ops={'title': 'gin_trgm_ops', 'product_name': 'gin_trgm_ops'})
    op.drop_index(op.f('ix_campaigns_status_created_at_id'), table_name='campaigns')
    op.drop_index(op.f('ix_campaigns_status_category_created_at_id'), table_name='campaigns')
    op.drop_index(op.f('ix_campaigns_deadline'), table_name='campaigns', postgresql_where=sa.text("status = 'ACTIVE'"))
    op.drop_index(op.f('ix_campaigns_creator_id_created_at_id'), table_name='campaigns')
    op.drop_table('campaigns')
