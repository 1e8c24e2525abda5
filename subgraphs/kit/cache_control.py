"""@cacheControl and @cacheTag in the schema: for how long, and for whom, a router may keep a type or a field, and by which
names it is told to drop it.

@cacheControl is linked by a URL and composed, so that every composition keeps it. The name of the enum has the link's name in
front, which keeps it out of what clients see. @cacheTag is Federation's own.
"""

import enum
from typing import ClassVar, Final

import strawberry
from strawberry.federation.schema_directives import FederationDirective, ImportedFrom
from strawberry.federation.versions import FederationVersion
from strawberry.schema_directive import Location, schema_directive

CACHE_TAG_VERSION: Final = (2, 12)


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


@schema_directive(
    locations=[Location.OBJECT, Location.FIELD_DEFINITION],
    name="cacheTag",
    repeatable=True,
    print_definition=False,
)
class CacheTag(FederationDirective):
    """On an entity, with fields of its keys (`chef-{$key.id}`), or on a root field, with its arguments
    (`chefs-{$args.cuisine}`): what is kept of it is dropped when this tag is invalidated."""

    format: str
    imported_from: ClassVar[ImportedFrom] = ImportedFrom(
        name="cacheTag", url="https://specs.apollo.dev/federation/v2.12"
    )
    minimum_version: ClassVar[FederationVersion] = CACHE_TAG_VERSION


def public(
    seconds: int, *, stale_while_revalidate: int | None = None, stale_if_error: int | None = None
) -> CacheControl:
    """The same for every viewer."""
    return _policy(CacheControlScope.PUBLIC, seconds, stale_while_revalidate, stale_if_error)


def private(
    seconds: int, *, stale_while_revalidate: int | None = None, stale_if_error: int | None = None
) -> CacheControl:
    """Depends on who asks."""
    return _policy(CacheControlScope.PRIVATE, seconds, stale_while_revalidate, stale_if_error)


INHERITED: Final = CacheControl(inherit_max_age=True)
"""For values that are a part of what has them, such as prices and lines of an order: as long as that, and for the same."""


def _policy(
    scope: CacheControlScope, seconds: int, while_revalidate: int | None, if_error: int | None
) -> CacheControl:
    unset = strawberry.UNSET
    return CacheControl(
        max_age=seconds,
        stale_while_revalidate=unset if while_revalidate is None else while_revalidate,
        stale_if_error=unset if if_error is None else if_error,
        scope=scope,
    )
