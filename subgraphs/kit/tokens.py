"""Access tokens: signed by accounts, read by every subgraph."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import jwt

from subgraphs.kit import ids
from subgraphs.kit.errors import InvalidId, InvalidToken, TokenExpired
from subgraphs.kit.viewer import Role, Viewer

LIFETIME: Final = timedelta(hours=1)
ISSUER: Final = "softfactory"
AUDIENCE: Final = "softfactory-graph"
ALGORITHM: Final = "HS256"


def issue(
    viewer: Viewer, secret: str, now: datetime, product_ends: Mapping[str, datetime | None] | None = None
) -> str:
    """Valid for LIFETIME. The subject is the user's global id. `product_ends` says when access to a product ends by
    itself, which may be before the token does; the other products of the viewer stay open as long as the token. Of each
    that does so it has a claim `subscribed_SLUG`, which is the same for all who have it: what a router keeps for all
    subscribers varies by that."""
    ends = dict.fromkeys(viewer.products) | dict(product_ends or {})
    expires = now + LIFETIME
    lasting = sorted(slug for slug, end in ends.items() if end is None or end >= expires)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": ids.encode("User", viewer.user_id),
        "iat": now,
        "exp": expires,
        "jti": uuid4().hex,
        "kind": "access",
        "role": viewer.role.value,
        "scopes": sorted(viewer.scopes),
        "products": {slug: _seconds(end) for slug, end in sorted(ends.items())},
        **{f"subscribed_{slug}": True for slug in lasting},
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def verify(token: str, secret: str, now: datetime) -> Viewer:
    """Raises TokenExpired or InvalidToken."""
    try:
        claims = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            # Expiry is compared with our own clock, below.
            options={"require": ["exp", "iat", "sub", "jti"], "verify_exp": False, "verify_iat": False},
        )
        expires = datetime.fromtimestamp(claims["exp"], UTC)
        if claims["kind"] != "access":
            raise InvalidToken
        viewer = Viewer(
            user_id=ids.decode("User", claims["sub"]),
            role=Role(claims["role"]),
            scopes=frozenset(claims["scopes"]),
            products=frozenset(slug for slug, end in claims["products"].items() if _is_open(end, now)),
        )
    except (jwt.PyJWTError, InvalidId, KeyError, ValueError, TypeError, AttributeError, OverflowError):
        raise InvalidToken from None
    if now >= expires:
        raise TokenExpired
    return viewer


def _seconds(end: datetime | None) -> float | None:
    return None if end is None else end.timestamp()


def _is_open(end: float | None, now: datetime) -> bool:
    return end is None or now.timestamp() < end
