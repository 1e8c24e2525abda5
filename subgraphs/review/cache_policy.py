"""For how long what review answers may be kept by a router."""

from typing import Final

from subgraphs.kit.cache_control import private, public

CAMPAIGNS: Final = public(600, stale_while_revalidate=60, stale_if_error=3600)
# A place may be taken at any moment, so what is left is asked anew each time.
CAPACITY: Final = public(0)
# Listings are for subscribers, and the same for all of them. A router that checks tokens may keep them once, for those with
# the claim `subscribed_review`, as `softfactory up` does; for others they are PRIVATE.
LISTINGS: Final = private(300)
OWN: Final = private(300)
