"""Entities of other subgraphs that review only refers to."""

import strawberry

from subgraphs.kit import ids
from subgraphs.kit.entities import STUB


@strawberry.federation.type(name="SNSAccount", keys=[STUB])
class SnsAccount:
    """Owned by sns_auto."""

    id: strawberry.ID


@strawberry.federation.type(keys=[STUB])
class ExperienceListing:
    """Owned by experience."""

    id: strawberry.ID


def social_account(key: int | None) -> SnsAccount | None:
    """The account with this key there, if there is one."""
    return None if key is None else SnsAccount(id=ids.encode("SNSAccount", key))
