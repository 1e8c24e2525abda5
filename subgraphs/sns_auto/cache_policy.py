"""For how long what sns_auto answers may be kept by a router."""

from typing import Final

from subgraphs.kit.cache_control import private, public

ACCOUNT: Final = public(300)
PAGE: Final = public(300)
CARD_NEWS: Final = public(3600)
OWN: Final = private(300)
QUEUE: Final = private(60)
ANALYTICS: Final = private(600)
STATISTICS: Final = private(900)
