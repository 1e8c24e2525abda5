"""For how long what coocook answers may be kept by a router."""

from typing import Final

from subgraphs.kit.cache_control import private, public

CHEF: Final = public(300, stale_while_revalidate=60, stale_if_error=3600)
CHEF_LIST: Final = public(300, stale_while_revalidate=300, stale_if_error=3600)
POPULAR: Final = public(1800, stale_while_revalidate=600, stale_if_error=3600)
MENU: Final = public(3600, stale_while_revalidate=600, stale_if_error=86_400)
RECIPE: Final = public(300, stale_while_revalidate=60, stale_if_error=3600)
NUTRITION: Final = public(86_400, stale_while_revalidate=86_400, stale_if_error=604_800)
SOCIAL: Final = public(300)
OWN: Final = private(300)
# Each booking is read anew, from the primary, since what is free and what is paid must not be stale.
BOOKING: Final = private(0)
AVAILABILITY: Final = public(0)
