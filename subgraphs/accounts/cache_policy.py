"""For how long what accounts answers may be kept by a router."""

from typing import Final

from subgraphs.kit.cache_control import private, public

CATALOGUE: Final = public(3600, stale_while_revalidate=600, stale_if_error=86_400)
PROFILE: Final = public(3600, stale_if_error=3600)
# What opens the other services to a user: asked for often, and dropped when it changes.
SUBSCRIPTIONS: Final = private(3600)
OWN: Final = private(300)

LOOKED_FOR: Final = {"fields": [{"__typename": "Query", "field": "user"}]}
"""What else is another one with a new user, as an event says it: somebody may have asked for that id before."""
