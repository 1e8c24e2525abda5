"""For how long what experience answers may be kept by a router: nothing in it depends on who asks."""

from typing import Final

from subgraphs.kit.cache_control import public

LISTINGS: Final = public(300, stale_while_revalidate=300, stale_if_error=3600)
STATISTICS: Final = public(300, stale_while_revalidate=300, stale_if_error=3600)
