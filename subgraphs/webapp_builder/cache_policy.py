"""For how long what webapp_builder answers may be kept by a router. Seats are never kept."""

from typing import Final

from subgraphs.kit.cache_control import private, public

CATALOGUE: Final = public(3600)
COHORT: Final = public(300)
CAPACITY: Final = public(0)
OWN: Final = private(300)
