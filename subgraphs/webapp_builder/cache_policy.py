"""For how long what webapp_builder answers may be kept by a router. Seats and places on waiting lists never are."""

from typing import Final

from subgraphs.kit.cache_control import private, public

CATALOGUE: Final = public(3600, stale_while_revalidate=600, stale_if_error=86_400)
COHORT: Final = public(300, stale_if_error=3600)
CAPACITY: Final = public(0)
PLACE: Final = private(0)
OWN: Final = private(300)

DASHBOARDS: Final = {"fields": [{"__typename": "Query", "field": "builderDashboard"}]}
"""What else is another one with a new enrollment, as an event says it."""
