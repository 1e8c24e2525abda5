"""Access tokens: who they say it is, until when, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from subgraphs.kit import ids, tokens
from subgraphs.kit.errors import Forbidden, InvalidToken, SubscriptionRequired, TokenExpired
from subgraphs.kit.testing import SECRET
from subgraphs.kit.viewer import Role, Viewer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VIEWER = Viewer(7, Role.MODERATOR, frozenset({"write:sns_posts"}), frozenset({"coocook"}))


def claims(**changed: Any) -> dict[str, Any]:
    valid = {
        "iss": tokens.ISSUER,
        "aud": tokens.AUDIENCE,
        "sub": ids.encode("User", 7),
        "iat": NOW,
        "exp": NOW + timedelta(hours=1),
        "jti": "1",
        "kind": "access",
        "role": "USER",
        "scopes": [],
        "products": {},
    }
    return {name: value for name, value in (valid | changed).items() if value is not None}


def test_a_token_gives_the_viewer_back() -> None:
    assert tokens.verify(tokens.issue(VIEWER, SECRET, NOW), SECRET, NOW) == VIEWER


def test_a_token_lives_an_hour() -> None:
    token = tokens.issue(VIEWER, SECRET, NOW)
    assert tokens.verify(token, SECRET, NOW + timedelta(minutes=59, seconds=59)) == VIEWER
    with pytest.raises(TokenExpired):
        tokens.verify(token, SECRET, NOW + timedelta(hours=1))


def test_a_subscription_may_end_before_the_token() -> None:
    token = tokens.issue(VIEWER, SECRET, NOW, {"coocook": NOW + timedelta(minutes=10), "review": None})
    assert tokens.verify(token, SECRET, NOW).products == {"coocook", "review"}
    assert tokens.verify(token, SECRET, NOW + timedelta(minutes=10)).products == {"review"}


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "somebody"},
        {"aud": "something"},
        {"kind": "refresh"},
        {"role": "GOD"},
        {"sub": ids.encode("Booking", 7)},
        {"sub": "7"},
        {"exp": None},
        {"jti": None},
        {"scopes": None},
        {"products": ["coocook"]},
        {"exp": 10**30},
    ],
    ids=str,
)
def test_tokens_that_are_not_ours_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        tokens.verify(jwt.encode(claims(**changed), SECRET), SECRET, NOW)


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", jwt.encode(claims(), SECRET + "2"), jwt.encode(claims(), None, "none")]
)
def test_bad_signatures_are_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.verify(token, SECRET, NOW)


def test_guards() -> None:
    VIEWER.require_scope("write:sns_posts")
    VIEWER.require_product("coocook")
    with pytest.raises(Forbidden):
        VIEWER.require_admin()
    with pytest.raises(Forbidden):
        VIEWER.require_scope("refund:payments")
    with pytest.raises(SubscriptionRequired) as refused:
        VIEWER.require_product("review")
    assert refused.value.extensions == {"product": "review"}


def test_an_admin_passes_every_guard() -> None:
    admin = Viewer(1, Role.ADMIN)
    admin.require_admin()
    admin.require_scope("refund:payments")
    admin.require_product("review")
    assert admin.may_see(99)


def test_subscribers_of_a_product_have_a_claim_in_common_if_it_stays_open() -> None:
    ends = {"coocook": NOW + timedelta(minutes=59), "review": NOW + tokens.LIFETIME, "sns-auto": None}
    claims = jwt.decode(tokens.issue(VIEWER, SECRET, NOW, ends), options={"verify_signature": False})
    found = {name for name in claims if name.startswith("subscribed_")}
    assert found == {
        "subscribed_review",
        "subscribed_sns-auto",
        *(f"subscribed_{each}" for each in VIEWER.products - ends.keys()),
    }
    assert all(claims[name] is True for name in found)
