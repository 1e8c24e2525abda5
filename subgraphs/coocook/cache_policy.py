"""For how long what coocook answers may be kept by a router. Bookings have no policy: each is read anew, from the
primary, since what is free and what is paid must not be stale."""

from typing import Final

from subgraphs.kit.cache_control import private, public

CHEF: Final = public(300)
CHEF_LIST: Final = public(300)
POPULAR: Final = public(1800)
MENU: Final = public(3600)
RECIPE: Final = public(300)
NUTRITION: Final = public(86_400)
SOCIAL: Final = public(300)
OWN: Final = private(300)
