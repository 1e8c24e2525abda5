"""For how long what ai_automation answers may be kept by a router."""

from typing import Final

from subgraphs.kit.cache_control import private, public

CATALOGUE: Final = public(3600, stale_while_revalidate=600, stale_if_error=86_400)
OWN: Final = private(300)
