"""How what a field store has in Redis is called."""

from collections.abc import Sequence

from router.cache.redis_entry import encode


class RedisKeys:
    """All keys begin with `namespace`. Channels do, too, and end with the database, since they are of all databases.

    Where they are `sharded`, only the node of a Cluster that has the keys passes messages on.
    """

    def __init__(self, namespace: str, database: int, *, sharded: bool = False) -> None:
        prefix = encode(namespace)
        names = (b":clock", b":marks", b":marks:old", b":late", b":late:old")
        self.books = tuple(prefix + name for name in names)
        self.entities = prefix + b":e:"
        """What keys of entities begin with."""
        self.invalidations = prefix + b":i:%d" % database
        """The channel of those who keep copies."""
        plain = b"PUBLISH", b"SUBSCRIBE", b"NUMSUB"
        self.publish, self.subscribe, self.count_listeners = (
            (b"SPUBLISH", b"SSUBSCRIBE", b"SHARDNUMSUB") if sharded else plain
        )
        self._acknowledgements = prefix + b":a:%d:" % database
        self._leases = prefix + b":l:"

    def acknowledgements(self, origin: bytes) -> bytes:
        """The channel of one who invalidates."""
        return self._acknowledgements + origin

    def entity(self, name: str) -> bytes:
        """The key of its hash."""
        return self.entities + encode(name)

    def leases(self, names: Sequence[str]) -> list[bytes]:
        """A key each."""
        return [self._leases + encode(name) for name in names]
