"""@cacheControl in the schema: for how long, and for whom, a router may keep a type or a field.

It is linked by a URL and composed, so that every composition keeps it. The name of the enum has the link's name in front,
which keeps it out of what clients see.
"""

import enum

import strawberry
from strawberry.schema_directive import Location


@strawberry.enum(name="cacheControl__Scope")
class CacheControlScope(enum.Enum):
    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


@strawberry.federation.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT, Location.INTERFACE, Location.UNION],
    name="cacheControl",
    compose=True,
    import_url="https://specs.softfactory.com/cacheControl/v0.1",
)
class CacheControl:
    """Seconds. PRIVATE means one copy per viewer. Stale answers may be served while a new one is on its way, or if none can
    be had, for so long after `max_age`."""

    max_age: int | None = strawberry.directive_field(name="maxAge", default=strawberry.UNSET)
    stale_while_revalidate: int | None = strawberry.directive_field(
        name="staleWhileRevalidate", default=strawberry.UNSET
    )
    stale_if_error: int | None = strawberry.directive_field(name="staleIfError", default=strawberry.UNSET)
    scope: CacheControlScope | None = strawberry.directive_field(name="scope", default=strawberry.UNSET)
    inherit_max_age: bool | None = strawberry.directive_field(name="inheritMaxAge", default=strawberry.UNSET)


def public(seconds: int) -> CacheControl:
    """The same for every viewer."""
    return CacheControl(max_age=seconds, scope=CacheControlScope.PUBLIC)


def private(seconds: int) -> CacheControl:
    """Depends on who asks."""
    return CacheControl(max_age=seconds, scope=CacheControlScope.PRIVATE)
