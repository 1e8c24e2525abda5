"""@cacheControl in the schema: for how long, and for whom, a router may keep a type or a field."""

import enum

import strawberry
from strawberry.schema_directive import Location


@strawberry.enum
class CacheControlScope(enum.Enum):
    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT, Location.INTERFACE, Location.UNION],
    name="cacheControl",
)
class CacheControl:
    """Seconds. PRIVATE means one copy per viewer."""

    max_age: int | None = strawberry.directive_field(name="maxAge", default=strawberry.UNSET)
    scope: CacheControlScope | None = strawberry.directive_field(name="scope", default=strawberry.UNSET)
    inherit_max_age: bool | None = strawberry.directive_field(name="inheritMaxAge", default=strawberry.UNSET)


def public(seconds: int) -> CacheControl:
    """The same for every viewer."""
    return CacheControl(max_age=seconds, scope=CacheControlScope.PUBLIC)


def private(seconds: int) -> CacheControl:
    """Depends on who asks."""
    return CacheControl(max_age=seconds, scope=CacheControlScope.PRIVATE)
