"""What `softfactory up` tells the router: it knows viewers by the tokens that accounts gives out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from launcher.up import UpOptions, router_settings
from router.cache.caching import CachingOptions
from router.cache.policy import Scope, policies
from router.cache.viewer import Viewer as CacheViewer
from router.federation.supergraph import Supergraph
from router.security.jwt_authentication import jwt_authentication
from router.settings import RouterSettings
from router.upstream.subgraph import SubgraphRequest
from subgraphs.kit import tokens
from subgraphs.kit.viewer import Role, Viewer

ROOT = Path(__file__).parents[2]
SECRET = "the secret that signs our access tokens"
ENVIRONMENT: Mapping[str, str] = {"JWT_SECRET": SECRET, "REDIS_URL": "redis://127.0.0.1:1"}
NOW = datetime.now(UTC)
ADA = Viewer(1, Role.USER, frozenset({"write:sns_posts"}), frozenset({"coocook"}))


@pytest.fixture
def settings() -> RouterSettings:
    return router_settings(UpOptions(ROOT / "supergraph.yaml", "127.0.0.1", 0, 20), ENVIRONMENT)


async def name_of(settings: RouterSettings, token: str) -> str | None:
    """Of the viewer, as the cache knows it."""
    assert settings.authentication.jwt is not None
    passed = {"authorization": f"Bearer {token}"}
    sender = await jwt_authentication(settings.authentication.jwt, passed, {}).sender((), passed)
    assert sender.headers == passed
    claims = sender.principal.claims if sender.principal is not None else None
    options = CachingOptions(settings.cache.viewer_headers, viewer_claims=settings.cache.viewer.claims)
    return options.viewer(SubgraphRequest(b"", passed, claims=claims)).name


async def test_a_renewed_token_is_the_same_viewers(settings: RouterSettings) -> None:
    one, renewed = (tokens.issue(ADA, SECRET, NOW - timedelta(minutes=age)) for age in (30, 0))

    assert one != renewed
    assert await name_of(settings, one) == await name_of(settings, renewed) is not None


@pytest.mark.parametrize(
    "other",
    [
        Viewer(2, ADA.role, ADA.scopes, ADA.products),
        Viewer(1, Role.ADMIN, ADA.scopes, ADA.products),
        Viewer(1, ADA.role, frozenset(), ADA.products),
        Viewer(1, ADA.role, ADA.scopes, frozenset()),
    ],
)
async def test_whoever_may_see_something_else_is_another_one(settings: RouterSettings, other: Viewer) -> None:
    assert await name_of(settings, tokens.issue(other, SECRET, NOW)) not in (
        None,
        await name_of(settings, tokens.issue(ADA, SECRET, NOW)),
    )


@pytest.mark.parametrize(
    "token",
    [
        tokens.issue(ADA, SECRET, NOW - tokens.LIFETIME),
        tokens.issue(ADA, "another secret that signs access tokens", NOW),
        "x",
    ],
)
async def test_what_is_wrong_with_a_token_is_for_services_to_say(
    settings: RouterSettings, token: str
) -> None:
    assert await name_of(settings, token) is None


def test_listings_are_kept_for_all_subscribers_and_bookmarks_for_each(settings: RouterSettings) -> None:
    supergraph = Supergraph.parse((ROOT / "schema/supergraph.graphql").read_text())
    kept = policies(supergraph, "review", settings.cache)
    for field in ("Query.reviewListings", "ReviewListing.title", "ReviewListingStats.listings"):
        policy = kept.of(*field.split("."))
        assert policy is not None
        assert (policy.scope, policy.vary_claims, policy.max_age) == (
            Scope.PUBLIC,
            ("subscribed_review",),
            300,
        )
        of = {
            claims: CacheViewer({"authorization": "a"}, claims=dict.fromkeys(claims, True)).scope(policy)
            for claims in ((), ("subscribed_review",), ("subscribed_review", "subscribed_coocook"))
        }
        assert of[()] is None
        assert of["subscribed_review",] == of["subscribed_review", "subscribed_coocook"]
        assert of["subscribed_review",]
    bookmarked = kept.of("ReviewListing", "isBookmarked")
    assert bookmarked is not None
    assert bookmarked.scope is Scope.PRIVATE
