"""Create the tables of sns_auto."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('card_news_templates',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('tone', sa.Enum('PROFESSIONAL', 'CASUAL', 'HUMOROUS', 'INSPIRING', 'EDUCATIONAL', 'PROMOTIONAL', 'STORYTELLING', name='snstone', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('slide_count', sa.BigInteger(), nullable=False),
    sa.Column('structure', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('design', sa.Text(), nullable=False),
    sa.Column('format', sa.Enum('PORTRAIT_4_5', 'SQUARE_1_1', name='cardnewsformat', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('cardinality(structure) = slide_count', name=op.f('ck_card_news_templates_structure_complete')),
    sa.CheckConstraint('slide_count IN (8, 10)', name=op.f('ck_card_news_templates_slide_count_offered')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_news_templates')),
    sa.UniqueConstraint('name', name=op.f('uq_card_news_templates_name'))
    )
    op.create_table('link_in_bios',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('slug', sa.String(length=100), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('theme', sa.Enum('LIGHT', 'DARK', name='linkinbiotheme', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('clicks', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("slug ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$'", name=op.f('ck_link_in_bios_slug_form')),
    sa.CheckConstraint('clicks >= 0', name=op.f('ck_link_in_bios_clicks_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_link_in_bios')),
    sa.UniqueConstraint('slug', name=op.f('uq_link_in_bios_slug'))
    )
    op.create_index(op.f('ix_link_in_bios_user_id_created_at_id'), 'link_in_bios', ['user_id', 'created_at', 'id'], unique=False)
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
    op.create_table('sns_accounts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('platform', sa.Enum('INSTAGRAM', 'FACEBOOK', 'TWITTER', 'LINKEDIN', 'TIKTOK', 'YOUTUBE', 'YOUTUBE_SHORTS', 'PINTEREST', 'THREADS', 'BLOG', 'NAVER', name='snsplatform', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('account_name', sa.String(length=100), nullable=False),
    sa.Column('account_type', sa.Enum('PERSONAL', 'BUSINESS', name='snsaccounttype', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('token_expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('platform_user_id', sa.Text(), nullable=True),
    sa.Column('picture_url', sa.Text(), nullable=True),
    sa.Column('followers', sa.BigInteger(), nullable=False),
    sa.Column('following', sa.BigInteger(), nullable=False),
    sa.Column('permissions', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('site_url', sa.Text(), nullable=True),
    sa.Column('wp_username', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("num_nonnulls(site_url, wp_username) = CASE WHEN platform = 'BLOG' THEN 2 ELSE 0 END", name=op.f('ck_sns_accounts_blog_has_site')),
    sa.CheckConstraint('followers >= 0 AND following >= 0', name=op.f('ck_sns_accounts_counts_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sns_accounts')),
    sa.UniqueConstraint('id', 'user_id', 'platform', name=op.f('uq_sns_accounts_id_user_id_platform')),
    sa.UniqueConstraint('id', 'user_id', name=op.f('uq_sns_accounts_id_user_id')),
    sa.UniqueConstraint('user_id', 'platform', 'account_name', name=op.f('uq_sns_accounts_user_id_platform_account_name'))
    )
    op.create_index(op.f('ix_sns_accounts_user_id_created_at_id'), 'sns_accounts', ['user_id', 'created_at', 'id'], unique=False)
    op.create_table('sns_automates',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('topic', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Enum('PROMOTION', 'ENGAGEMENT', 'EDUCATION', 'COMMUNITY', 'NEWS', name='snspurpose', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('platforms', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('frequency', sa.Enum('DAILY', 'EVERY_3_DAYS', 'WEEKLY', 'BIWEEKLY', 'MONTHLY', 'CUSTOM', name='snsfrequency', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('interval_hours', sa.BigInteger(), nullable=True),
    sa.Column('delivery_mode', sa.Enum('DIRECT', 'WEBHOOK', name='snsdeliverymode', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('webhook_url', sa.Text(), nullable=True),
    sa.Column('payload_version', sa.BigInteger(), nullable=False),
    sa.Column('next_run_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("(delivery_mode = 'WEBHOOK') = (webhook_url IS NOT NULL)", name=op.f('ck_sns_automates_webhook_has_url')),
    sa.CheckConstraint("(frequency = 'CUSTOM') = (interval_hours IS NOT NULL)", name=op.f('ck_sns_automates_custom_has_interval')),
    sa.CheckConstraint("cardinality(platforms) > 0 AND platforms <@ ARRAY['INSTAGRAM', 'FACEBOOK', 'TWITTER', 'LINKEDIN', 'TIKTOK', 'YOUTUBE', 'YOUTUBE_SHORTS', 'PINTEREST', 'THREADS', 'BLOG', 'NAVER']::text[]", name=op.f('ck_sns_automates_platforms_known')),
    sa.CheckConstraint("webhook_url ~ '^https?://'", name=op.f('ck_sns_automates_webhook_http')),
    sa.CheckConstraint('interval_hours > 0', name=op.f('ck_sns_automates_interval_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sns_automates'))
    )
    op.create_index('ix_sns_automates_due', 'sns_automates', ['next_run_at'], unique=False, postgresql_where=sa.text('is_active'))
    op.create_index(op.f('ix_sns_automates_user_id_created_at_id'), 'sns_automates', ['user_id', 'created_at', 'id'], unique=False)
    op.create_table('sns_campaigns',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('target_platforms', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('status', sa.Enum('ACTIVE', 'PAUSED', 'COMPLETED', name='snscampaignstatus', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("cardinality(target_platforms) > 0 AND target_platforms <@ ARRAY['INSTAGRAM', 'FACEBOOK', 'TWITTER', 'LINKEDIN', 'TIKTOK', 'YOUTUBE', 'YOUTUBE_SHORTS', 'PINTEREST', 'THREADS', 'BLOG', 'NAVER']::text[]", name=op.f('ck_sns_campaigns_target_platforms_known')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_sns_campaigns_starts_before_end')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sns_campaigns')),
    sa.UniqueConstraint('id', 'user_id', name=op.f('uq_sns_campaigns_id_user_id'))
    )
    op.create_index(op.f('ix_sns_campaigns_user_id_created_at_id'), 'sns_campaigns', ['user_id', 'created_at', 'id'], unique=False)
    op.create_table('sns_competitors',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('platform', sa.Enum('INSTAGRAM', 'FACEBOOK', 'TWITTER', 'LINKEDIN', 'TIKTOK', 'YOUTUBE', 'YOUTUBE_SHORTS', 'PINTEREST', 'THREADS', 'BLOG', 'NAVER', name='snsplatform', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('username', sa.String(length=100), nullable=False),
    sa.Column('followers', sa.BigInteger(), nullable=False),
    sa.Column('engagement_rate', sa.Double(), nullable=False),
    sa.Column('avg_likes', sa.Double(), nullable=False),
    sa.Column('avg_comments', sa.Double(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sns_competitors')),
    sa.UniqueConstraint('user_id', 'platform', 'username', name=op.f('uq_sns_competitors_user_id_platform_username'))
    )
    op.create_index(op.f('ix_sns_competitors_user_id_created_at_id'), 'sns_competitors', ['user_id', 'created_at', 'id'], unique=False)
    op.create_table('sns_settings',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('auto_optimal_time', sa.Boolean(), nullable=False),
    sa.Column('engagement_notifications', sa.Boolean(), nullable=False),
    sa.Column('auto_reply', sa.Boolean(), nullable=False),
    sa.Column('banned_keywords', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('telegram_chat_id', sa.Text(), nullable=True),
    sa.Column('telegram_enabled', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('NOT telegram_enabled OR telegram_chat_id IS NOT NULL', name=op.f('ck_sns_settings_telegram_has_chat')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sns_settings')),
    sa.UniqueConstraint('user_id', name=op.f('uq_sns_settings_user_id'))
    )
    op.create_table('sns_templates',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('platform', sa.Enum('INSTAGRAM', 'FACEBOOK', 'TWITTER', 'LINKEDIN', 'TIKTOK', 'YOUTUBE', 'YOUTUBE_SHORTS', 'PINTEREST', 'THREADS', 'BLOG', 'NAVER', name='snsplatform', length=32, native_enum=False, create_constraint=True), nullable=True),
    sa.Column('category', sa.Enum('PROMOTIONAL', 'EDUCATIONAL', 'ENGAGEMENT', 'ANNOUNCEMENT', name='snstemplatecategory', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('hashtag_text', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sns_templates'))
    )
    op.create_index(op.f('ix_sns_templates_user_id_id'), 'sns_templates', ['user_id', 'id'], unique=False)
    op.create_table('link_in_bio_links',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('link_in_bio_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('label', sa.String(length=100), nullable=False),
    sa.Column('icon', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("url ~ '^https?://'", name=op.f('ck_link_in_bio_links_url_http')),
    sa.ForeignKeyConstraint(['link_in_bio_id'], ['link_in_bios.id'], name=op.f('fk_link_in_bio_links_link_in_bio_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_link_in_bio_links')),
    sa.UniqueConstraint('link_in_bio_id', 'position', name=op.f('uq_link_in_bio_links_link_in_bio_id_position'))
    )
    op.create_table('sns_analytics',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('followers', sa.BigInteger(), nullable=False),
    sa.Column('engagement', sa.BigInteger(), nullable=False),
    sa.Column('reach', sa.BigInteger(), nullable=False),
    sa.Column('impressions', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['account_id', 'user_id'], ['sns_accounts.id', 'sns_accounts.user_id'], name=op.f('fk_sns_analytics_account_id_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sns_analytics')),
    sa.UniqueConstraint('account_id', 'day', name=op.f('uq_sns_analytics_account_id_day'))
    )
    op.create_index(op.f('ix_sns_analytics_user_id_day_id'), 'sns_analytics', ['user_id', 'day', 'id'], unique=False)
    op.create_table('sns_inbox_messages',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('sender', sa.String(length=200), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('type', sa.Enum('DM', 'COMMENT', 'MENTION', name='snsmessagetype', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('status', sa.Enum('UNREAD', 'READ', 'REPLIED', name='snsmessagestatus', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['account_id', 'user_id'], ['sns_accounts.id', 'sns_accounts.user_id'], name=op.f('fk_sns_inbox_messages_account_id_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sns_inbox_messages')),
    sa.UniqueConstraint('account_id', 'external_id', name=op.f('uq_sns_inbox_messages_account_id_external_id'))
    )
    op.create_index(op.f('ix_sns_inbox_messages_user_id_created_at_id'), 'sns_inbox_messages', ['user_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_sns_inbox_messages_user_id_status_created_at_id'), 'sns_inbox_messages', ['user_id', 'status', 'created_at', 'id'], unique=False)
    op.create_table('sns_posts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('campaign_id', sa.BigInteger(), nullable=True),
    sa.Column('platform', sa.Enum('INSTAGRAM', 'FACEBOOK', 'TWITTER', 'LINKEDIN', 'TIKTOK', 'YOUTUBE', 'YOUTUBE_SHORTS', 'PINTEREST', 'THREADS', 'BLOG', 'NAVER', name='snsplatform', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=True),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('DRAFT', 'SCHEDULED', 'PUBLISHING', 'PUBLISHED', 'FAILED', name='snspoststatus', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('template_type', sa.Enum('CARD_NEWS', 'BLOG_POST', 'REEL', 'CAROUSEL', 'SHORTS', name='snstemplatetype', length=32, native_enum=False, create_constraint=True), nullable=True),
    sa.Column('media', postgresql.ARRAY(sa.BigInteger()), nullable=False),
    sa.Column('hashtags', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('link_url', sa.Text(), nullable=True),
    sa.Column('scheduled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('external_post_id', sa.Text(), nullable=True),
    sa.Column('likes', sa.BigInteger(), nullable=False),
    sa.Column('comments', sa.BigInteger(), nullable=False),
    sa.Column('views', sa.BigInteger(), nullable=False),
    sa.Column('reach', sa.BigInteger(), nullable=False),
    sa.Column('error_message', sa.Text(), nullable=True),
    sa.Column('retry_count', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("(status = 'FAILED') = (error_message IS NOT NULL)", name=op.f('ck_sns_posts_error_when_failed')),
    sa.CheckConstraint("(status = 'PUBLISHED') = (published_at IS NOT NULL)", name=op.f('ck_sns_posts_published_when_published')),
    sa.CheckConstraint("status <> 'SCHEDULED' OR scheduled_at IS NOT NULL", name=op.f('ck_sns_posts_scheduled_when_scheduled')),
    sa.CheckConstraint("template_type IS NULL OR (template_type, platform) IN (('CARD_NEWS', 'INSTAGRAM'), ('CARD_NEWS', 'TIKTOK'), ('BLOG_POST', 'BLOG'), ('REEL', 'INSTAGRAM'), ('CAROUSEL', 'INSTAGRAM'), ('SHORTS', 'YOUTUBE'), ('SHORTS', 'YOUTUBE_SHORTS'))", name=op.f('ck_sns_posts_template_of_platform')),
    sa.CheckConstraint('cardinality(hashtags) <= 30', name=op.f('ck_sns_posts_hashtags_limited')),
    sa.CheckConstraint('cardinality(media) <= 10', name=op.f('ck_sns_posts_media_limited')),
    sa.CheckConstraint('char_length(content) BETWEEN 1 AND 5000', name=op.f('ck_sns_posts_content_length')),
    sa.CheckConstraint('retry_count >= 0', name=op.f('ck_sns_posts_retry_count_not_negative')),
    sa.ForeignKeyConstraint(['account_id', 'user_id', 'platform'], ['sns_accounts.id', 'sns_accounts.user_id', 'sns_accounts.platform'], name=op.f('fk_sns_posts_account_id_user_id_platform')),
    sa.ForeignKeyConstraint(['campaign_id', 'user_id'], ['sns_campaigns.id', 'sns_campaigns.user_id'], name=op.f('fk_sns_posts_campaign_id_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sns_posts'))
    )
    op.create_index(op.f('ix_sns_posts_account_id_created_at_id'), 'sns_posts', ['account_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_sns_posts_campaign_id_created_at_id'), 'sns_posts', ['campaign_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_sns_posts_due', 'sns_posts', ['scheduled_at'], unique=False, postgresql_where=sa.text("status = 'SCHEDULED'"))
    op.create_index(op.f('ix_sns_posts_user_id_created_at_id'), 'sns_posts', ['user_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_sns_posts_user_id_scheduled_at_id'), 'sns_posts', ['user_id', 'scheduled_at', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_sns_posts_user_id_scheduled_at_id'), table_name='sns_posts')
    op.drop_index(op.f('ix_sns_posts_user_id_created_at_id'), table_name='sns_posts')
    op.drop_index('ix_sns_posts_due', table_name='sns_posts', postgresql_where=sa.text("status = 'SCHEDULED'"))
    op.drop_index(op.f('ix_sns_posts_campaign_id_created_at_id'), table_name='sns_posts')
    op.drop_index(op.f('ix_sns_posts_account_id_created_at_id'), table_name='sns_posts')
    op.drop_table('sns_posts')
    op.drop_index(op.f('ix_sns_inbox_messages_user_id_status_created_at_id'), table_name='sns_inbox_messages')
    op.drop_index(op.f('ix_sns_inbox_messages_user_id_created_at_id'), table_name='sns_inbox_messages')
    op.drop_table('sns_inbox_messages')
    op.drop_index(op.f('ix_sns_analytics_user_id_day_id'), table_name='sns_analytics')
    op.drop_table('sns_analytics')
    op.drop_table('link_in_bio_links')
    op.drop_index(op.f('ix_sns_templates_user_id_id'), table_name='sns_templates')
    op.drop_table('sns_templates')
    op.drop_table('sns_settings')
    op.drop_index(op.f('ix_sns_competitors_user_id_created_at_id'), table_name='sns_competitors')
    op.drop_table('sns_competitors')
    op.drop_index(op.f('ix_sns_campaigns_user_id_created_at_id'), table_name='sns_campaigns')
    op.drop_table('sns_campaigns')
    op.drop_index(op.f('ix_sns_automates_user_id_created_at_id'), table_name='sns_automates')
    op.drop_index('ix_sns_automates_due', table_name='sns_automates', postgresql_where=sa.text('is_active'))
    op.drop_table('sns_automates')
    op.drop_index(op.f('ix_sns_accounts_user_id_created_at_id'), table_name='sns_accounts')
    op.drop_table('sns_accounts')
    op.drop_table('seed_runs')
    op.drop_table('outbox_events')
    op.drop_index(op.f('ix_link_in_bios_user_id_created_at_id'), table_name='link_in_bios')
    op.drop_table('link_in_bios')
    op.drop_table('card_news_templates')
