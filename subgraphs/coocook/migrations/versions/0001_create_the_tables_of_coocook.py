"""Create the tables of coocook."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('CREATE EXTENSION IF NOT EXISTS btree_gist')
    op.create_table('chefs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=True),
    sa.Column('bio', sa.Text(), nullable=False),
    sa.Column('cuisine', sa.Enum('AMERICAN', 'CHINESE', 'FRENCH', 'GERMAN', 'INDIAN', 'ITALIAN', 'JAPANESE', 'KOREAN', 'MEXICAN', 'SPANISH', 'THAI', 'TURKISH', 'VIETNAMESE', name='cuisine', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('location', sa.String(length=200), nullable=False),
    sa.Column('price_per_session_minor', sa.BigInteger(), nullable=False),
    sa.Column('price_per_session_currency', sa.Enum('KRW', 'USD', name='price_per_session_currency', length=3, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('rating_sum', sa.BigInteger(), nullable=False),
    sa.Column('rating_count', sa.BigInteger(), nullable=False),
    sa.Column('ranking_score', sa.Numeric(), sa.Computed('(20 + rating_sum)::numeric / (5 + rating_count)::numeric', persisted=True), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('price_per_session_minor > 0', name=op.f('ck_chefs_price_positive')),
    sa.CheckConstraint('rating_sum BETWEEN rating_count AND 5 * rating_count', name=op.f('ck_chefs_rating_possible')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chefs')),
    sa.UniqueConstraint('user_id', name=op.f('uq_chefs_user_id'))
    )
    op.create_index('ix_chefs_cuisine', 'chefs', ['cuisine', 'ranking_score', 'id'], unique=False, postgresql_where=sa.text('is_active'))
    op.create_index('ix_chefs_newest', 'chefs', ['created_at', 'id'], unique=False, postgresql_where=sa.text('is_active'))
    op.create_index('ix_chefs_popularity', 'chefs', ['rating_sum', 'id'], unique=False, postgresql_where=sa.text('is_active'))
    op.create_index('ix_chefs_price', 'chefs', ['price_per_session_currency', 'price_per_session_minor', 'id'], unique=False, postgresql_where=sa.text('is_active'))
    op.create_index('ix_chefs_ranking', 'chefs', ['ranking_score', 'id'], unique=False, postgresql_where=sa.text('is_active'))
    op.create_table('follows',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('follower_id', sa.BigInteger(), nullable=False),
    sa.Column('followed_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('follower_id <> followed_id', name=op.f('ck_follows_not_oneself')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follows')),
    sa.UniqueConstraint('follower_id', 'followed_id', name=op.f('uq_follows_follower_id_followed_id'))
    )
    op.create_index(op.f('ix_follows_followed_id_created_at_id'), 'follows', ['followed_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_follows_follower_id_created_at_id'), 'follows', ['follower_id', 'created_at', 'id'], unique=False)
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
    op.create_table('recipes',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('cuisine', sa.Enum('AMERICAN', 'CHINESE', 'FRENCH', 'GERMAN', 'INDIAN', 'ITALIAN', 'JAPANESE', 'KOREAN', 'MEXICAN', 'SPANISH', 'THAI', 'TURKISH', 'VIETNAMESE', name='cuisine', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('prep_time_minutes', sa.BigInteger(), nullable=False),
    sa.Column('servings', sa.BigInteger(), nullable=False),
    sa.Column('calories', sa.BigInteger(), nullable=False),
    sa.Column('protein', sa.BigInteger(), nullable=False),
    sa.Column('carbs', sa.BigInteger(), nullable=False),
    sa.Column('fat', sa.BigInteger(), nullable=False),
    sa.Column('price_minor', sa.BigInteger(), nullable=True),
    sa.Column('price_currency', sa.Enum('KRW', 'USD', name='price_currency', length=3, native_enum=False, create_constraint=True), nullable=True),
    sa.Column('rating_sum', sa.BigInteger(), nullable=False),
    sa.Column('rating_count', sa.BigInteger(), nullable=False),
    sa.Column('like_count', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('like_count >= 0', name=op.f('ck_recipes_like_count_not_negative')),
    sa.CheckConstraint('prep_time_minutes > 0', name=op.f('ck_recipes_prep_time_positive')),
    sa.CheckConstraint('rating_sum BETWEEN rating_count AND 5 * rating_count', name=op.f('ck_recipes_rating_possible')),
    sa.CheckConstraint('servings > 0', name=op.f('ck_recipes_servings_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recipes'))
    )
    op.create_index(op.f('ix_recipes_author_id_created_at_id'), 'recipes', ['author_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_recipes_created_at_id'), 'recipes', ['created_at', 'id'], unique=False)
    op.create_index(op.f('ix_recipes_cuisine_created_at_id'), 'recipes', ['cuisine', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_recipes_like_count_id'), 'recipes', ['like_count', 'id'], unique=False)
    op.create_table('seed_runs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('users', sa.BigInteger(), nullable=False),
    sa.Column('seeded_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seed_runs'))
    )
    op.create_table('shopping_lists',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('owner_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shopping_lists'))
    )
    op.create_index(op.f('ix_shopping_lists_owner_id_created_at_id'), 'shopping_lists', ['owner_id', 'created_at', 'id'], unique=False)
    op.create_table('bookings',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('chef_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Enum('PENDING', 'CONFIRMED', 'COMPLETED', 'CANCELED', name='bookingstatus', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('price_per_session_minor', sa.BigInteger(), nullable=False),
    sa.Column('price_per_session_currency', sa.Enum('KRW', 'USD', name='price_per_session_currency', length=3, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('total_price_minor', sa.BigInteger(), nullable=False),
    sa.Column('total_price_currency', sa.Enum('KRW', 'USD', name='total_price_currency', length=3, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('special_requests', sa.String(length=1000), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    postgresql.ExcludeConstraint((sa.literal_column('chef_id'), '='), (sa.text('tstzrange(starts_at, ends_at)'), '&&'), where=sa.text("status IN ('PENDING', 'CONFIRMED')"), using='gist', name='ex_bookings_chef_overlap'),
    sa.CheckConstraint("ends_at - starts_at BETWEEN interval '1 hour' AND interval '12 hours'", name=op.f('ck_bookings_duration_bounds')),
    sa.CheckConstraint('total_price_currency = price_per_session_currency', name=op.f('ck_bookings_one_currency')),
    sa.CheckConstraint('total_price_minor >= 0', name=op.f('ck_bookings_total_price_not_negative')),
    sa.ForeignKeyConstraint(['chef_id'], ['chefs.id'], name=op.f('fk_bookings_chef_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bookings')),
    sa.UniqueConstraint('id', 'customer_id', 'chef_id', name=op.f('uq_bookings_id_customer_id_chef_id'))
    )
    op.create_index(op.f('ix_bookings_chef_id_starts_at_id'), 'bookings', ['chef_id', 'starts_at', 'id'], unique=False)
    op.create_index(op.f('ix_bookings_customer_id_starts_at_id'), 'bookings', ['customer_id', 'starts_at', 'id'], unique=False)
    op.create_index('ix_bookings_open', 'bookings', ['status'], unique=False, postgresql_where=sa.text("status IN ('PENDING', 'CONFIRMED')"))
    op.create_table('feed_items',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=False),
    sa.Column('type', sa.Enum('NEW_RECIPE', 'LIKED_RECIPE', 'REVIEWED_RECIPE', 'SHARED_RECIPE', 'FOLLOW', name='feeditemtype', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('recipe_id', sa.BigInteger(), nullable=True),
    sa.Column('followed_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("(type = 'FOLLOW') = (followed_id IS NOT NULL)", name=op.f('ck_feed_items_about_a_user')),
    sa.CheckConstraint("(type = 'FOLLOW') = (recipe_id IS NULL)", name=op.f('ck_feed_items_about_a_recipe')),
    sa.ForeignKeyConstraint(['recipe_id'], ['recipes.id'], name=op.f('fk_feed_items_recipe_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed_items'))
    )
    op.create_index(op.f('ix_feed_items_actor_id_created_at_id'), 'feed_items', ['actor_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_feed_items_recipe_id'), 'feed_items', ['recipe_id'], unique=False)
    op.create_table('menus',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('chef_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('category', sa.Enum('MAIN', 'SOUP', 'NOODLE', 'APPETIZER', 'DESSERT', 'SALAD', 'SIDE', name='menucategory', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('cuisine', sa.Enum('AMERICAN', 'CHINESE', 'FRENCH', 'GERMAN', 'INDIAN', 'ITALIAN', 'JAPANESE', 'KOREAN', 'MEXICAN', 'SPANISH', 'THAI', 'TURKISH', 'VIETNAMESE', name='cuisine', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('price_minor', sa.BigInteger(), nullable=False),
    sa.Column('price_currency', sa.Enum('KRW', 'USD', name='price_currency', length=3, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('ingredients', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('servings', sa.BigInteger(), nullable=False),
    sa.Column('prep_time_minutes', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('prep_time_minutes > 0', name=op.f('ck_menus_prep_time_positive')),
    sa.CheckConstraint('servings > 0', name=op.f('ck_menus_servings_positive')),
    sa.ForeignKeyConstraint(['chef_id'], ['chefs.id'], name=op.f('fk_menus_chef_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_menus'))
    )
    op.create_index(op.f('ix_menus_chef_id'), 'menus', ['chef_id'], unique=False)
    op.create_table('recipe_ingredients',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('recipe_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('amount', sa.Numeric(precision=10, scale=2), nullable=False),
    sa.Column('unit', sa.Enum('CUP', 'TBSP', 'TSP', 'G', 'KG', 'ML', 'L', 'PCS', name='ingredientunit', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_recipe_ingredients_amount_positive')),
    sa.ForeignKeyConstraint(['recipe_id'], ['recipes.id'], name=op.f('fk_recipe_ingredients_recipe_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recipe_ingredients')),
    sa.UniqueConstraint('recipe_id', 'position', name=op.f('uq_recipe_ingredients_recipe_id_position'))
    )
    op.create_table('recipe_likes',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('recipe_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['recipe_id'], ['recipes.id'], name=op.f('fk_recipe_likes_recipe_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recipe_likes')),
    sa.UniqueConstraint('user_id', 'recipe_id', name=op.f('uq_recipe_likes_user_id_recipe_id'))
    )
    op.create_index(op.f('ix_recipe_likes_recipe_id'), 'recipe_likes', ['recipe_id'], unique=False)
    op.create_table('recipe_reviews',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('recipe_id', sa.BigInteger(), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=False),
    sa.Column('rating', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('photos', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('helpful_count', sa.BigInteger(), nullable=False),
    sa.Column('unhelpful_count', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('helpful_count >= 0 AND unhelpful_count >= 0', name=op.f('ck_recipe_reviews_counts_not_negative')),
    sa.CheckConstraint('rating BETWEEN 1 AND 5', name=op.f('ck_recipe_reviews_rating_range')),
    sa.ForeignKeyConstraint(['recipe_id'], ['recipes.id'], name=op.f('fk_recipe_reviews_recipe_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recipe_reviews')),
    sa.UniqueConstraint('recipe_id', 'author_id', name=op.f('uq_recipe_reviews_recipe_id_author_id'))
    )
    op.create_index(op.f('ix_recipe_reviews_recipe_id_created_at_id'), 'recipe_reviews', ['recipe_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_recipe_reviews_recipe_id_helpful_count_id'), 'recipe_reviews', ['recipe_id', 'helpful_count', 'id'], unique=False)
    op.create_index(op.f('ix_recipe_reviews_recipe_id_rating_id'), 'recipe_reviews', ['recipe_id', 'rating', 'id'], unique=False)
    op.create_table('shopping_list_items',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('shopping_list_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=10, scale=2), nullable=False),
    sa.Column('unit', sa.Enum('CUP', 'TBSP', 'TSP', 'G', 'KG', 'ML', 'L', 'PCS', name='ingredientunit', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('category', sa.Enum('PRODUCE', 'PROTEIN', 'GRAIN', 'DAIRY', 'CONDIMENT', 'OTHER', name='ingredientcategory', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('is_checked', sa.Boolean(), nullable=False),
    sa.Column('estimated_price_minor', sa.BigInteger(), nullable=True),
    sa.Column('estimated_price_currency', sa.Enum('KRW', 'USD', name='estimated_price_currency', length=3, native_enum=False, create_constraint=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_shopping_list_items_quantity_positive')),
    sa.ForeignKeyConstraint(['shopping_list_id'], ['shopping_lists.id'], name=op.f('fk_shopping_list_items_shopping_list_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shopping_list_items'))
    )
    op.create_index(op.f('ix_shopping_list_items_shopping_list_id_id'), 'shopping_list_items', ['shopping_list_id', 'id'], unique=False)
    op.create_table('booking_payments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('booking_id', sa.BigInteger(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('amount_currency', sa.Enum('KRW', 'USD', name='amount_currency', length=3, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('status', sa.Enum('COMPLETED', 'REFUNDED', name='bookingpaymentstatus', length=32, native_enum=False, create_constraint=True), nullable=False),
    sa.Column('provider_transaction_id', sa.Text(), nullable=False),
    sa.Column('payment_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_booking_payments_amount_positive')),
    sa.ForeignKeyConstraint(['booking_id'], ['bookings.id'], name=op.f('fk_booking_payments_booking_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_payments')),
    sa.UniqueConstraint('booking_id', name=op.f('uq_booking_payments_booking_id')),
    sa.UniqueConstraint('provider_transaction_id', name=op.f('uq_booking_payments_provider_transaction_id'))
    )
    op.create_table('booking_reviews',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('booking_id', sa.BigInteger(), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=False),
    sa.Column('chef_id', sa.BigInteger(), nullable=False),
    sa.Column('rating', sa.BigInteger(), nullable=False),
    sa.Column('comment', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('rating BETWEEN 1 AND 5', name=op.f('ck_booking_reviews_rating_range')),
    sa.ForeignKeyConstraint(['booking_id', 'author_id', 'chef_id'], ['bookings.id', 'bookings.customer_id', 'bookings.chef_id'], name=op.f('fk_booking_reviews_booking_id_author_id_chef_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_booking_reviews')),
    sa.UniqueConstraint('booking_id', name=op.f('uq_booking_reviews_booking_id'))
    )
    op.create_index(op.f('ix_booking_reviews_chef_id_created_at_id'), 'booking_reviews', ['chef_id', 'created_at', 'id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_booking_reviews_chef_id_created_at_id'), table_name='booking_reviews')
    op.drop_table('booking_reviews')
    op.drop_table('booking_payments')
    op.drop_index(op.f('ix_shopping_list_items_shopping_list_id_id'), table_name='shopping_list_items')
    op.drop_table('shopping_list_items')
    op.drop_index(op.f('ix_recipe_reviews_recipe_id_rating_id'), table_name='recipe_reviews')
    op.drop_index(op.f('ix_recipe_reviews_recipe_id_helpful_count_id'), table_name='recipe_reviews')
    op.drop_index(op.f('ix_recipe_reviews_recipe_id_created_at_id'), table_name='recipe_reviews')
    op.drop_table('recipe_reviews')
    op.drop_index(op.f('ix_recipe_likes_recipe_id'), table_name='recipe_likes')
    op.drop_table('recipe_likes')
    op.drop_table('recipe_ingredients')
    op.drop_index(op.f('ix_menus_chef_id'), table_name='menus')
    op.drop_table('menus')
    op.drop_index(op.f('ix_feed_items_recipe_id'), table_name='feed_items')
    op.drop_index(op.f('ix_feed_items_actor_id_created_at_id'), table_name='feed_items')
    op.drop_table('feed_items')
    op.drop_index('ix_bookings_open', table_name='bookings', postgresql_where=sa.text("status IN ('PENDING', 'CONFIRMED')"))
    op.drop_index(op.f('ix_bookings_customer_id_starts_at_id'), table_name='bookings')
    op.drop_index(op.f('ix_bookings_chef_id_starts_at_id'), table_name='bookings')
    op.drop_table('bookings')
    op.drop_index(op.f('ix_shopping_lists_owner_id_created_at_id'), table_name='shopping_lists')
    op.drop_table('shopping_lists')
    op.drop_table('seed_runs')
    op.drop_index(op.f('ix_recipes_like_count_id'), table_name='recipes')
    op.drop_index(op.f('ix_recipes_cuisine_created_at_id'), table_name='recipes')
    op.drop_index(op.f('ix_recipes_created_at_id'), table_name='recipes')
    op.drop_index(op.f('ix_recipes_author_id_created_at_id'), table_name='recipes')
    op.drop_table('recipes')
    op.drop_table('outbox_events')
    op.drop_index(op.f('ix_follows_follower_id_created_at_id'), table_name='follows')
    op.drop_index(op.f('ix_follows_followed_id_created_at_id'), table_name='follows')
    op.drop_table('follows')
    op.drop_index('ix_chefs_ranking', table_name='chefs', postgresql_where=sa.text('is_active'))
    op.drop_index('ix_chefs_price', table_name='chefs', postgresql_where=sa.text('is_active'))
    op.drop_index('ix_chefs_popularity', table_name='chefs', postgresql_where=sa.text('is_active'))
    op.drop_index('ix_chefs_newest', table_name='chefs', postgresql_where=sa.text('is_active'))
    op.drop_index('ix_chefs_cuisine', table_name='chefs', postgresql_where=sa.text('is_active'))
    op.drop_table('chefs')
