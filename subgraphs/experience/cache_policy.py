"""For how long what experience answers may be kept by a router: nothing in it depends on who asks."""

from typing import Final

from subgraphs.kit.cache_control import public

LISTINGS: Final = public(300)
STATISTICS: Final = public(300)
