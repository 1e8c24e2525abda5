"""How many connections each worker has, in memory that they all see."""

import mmap
import struct
from typing import Final

_ENTRY: Final = struct.Struct("q")
_ABSENT: Final = -1


class Occupancy:
    """Made before the workers are forked. Each writes its own entry only, so that nobody has to wait for anybody."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._memory = mmap.mmap(-1, size * _ENTRY.size)
        for number in range(size):
            self.leave(number)

    def tell(self, number: int, connections: int) -> None:
        """What this worker has now."""
        _ENTRY.pack_into(self._memory, number * _ENTRY.size, connections)

    def leave(self, number: int) -> None:
        """This worker takes no connections any more."""
        self.tell(number, _ABSENT)

    def least(self) -> int:
        """What the worker with the fewest connections has; 0 where there is none."""
        present = (found for (found,) in _ENTRY.iter_unpack(self._memory) if found != _ABSENT)
        return min(present, default=0)
