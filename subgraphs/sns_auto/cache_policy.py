"""For how long what sns_auto answers may be kept by a router."""

from typing import Final

from subgraphs.kit.cache_control import private, public

ACCOUNT: Final = public(300)
PAGE: Final = public(300, stale_while_revalidate=60, stale_if_error=3600)
CARD_NEWS: Final = public(3600, stale_while_revalidate=600, stale_if_error=86_400)
OWN: Final = private(300)
QUEUE: Final = private(60)
ANALYTICS: Final = private(600)
STATISTICS: Final = private(900)
