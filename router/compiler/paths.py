"""Code that finds the objects of a place, and remembers where it has found them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from router.compiler.layout import Hop, Place
from router.compiler.names import TYPENAME, attribute
from router.compiler.writer import Writer


class Objects:
    """Writes lists of objects into variables. A list stays true: nobody adds objects to a place that has some."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._known: dict[tuple[Hop, ...], str] = {}
        self._names: set[str] = set()

    @contextmanager
    def scope(self) -> Iterator[None]:
        """What is found meanwhile is not known outside."""
        before = dict(self._known)
        yield
        self._known = before

    def at(self, place: Place) -> str:
        """The variable with the objects of a place that are there, in the order of the answer."""
        if not place.hops:
            return "(root,)"
        if place.hops not in self._known:
            start = max(
                (length for length in range(len(place.hops)) if place.hops[:length] in self._known), default=0
            )
            self.define(place, self._found(place.hops, start))
        return self._known[place.hops]

    def knows(self, place: Place) -> bool:
        """Whether the variable is there."""
        return place.hops in self._known

    def define(self, place: Place, expression: str) -> None:
        """Writes the variable, when somebody else has found the objects."""
        name = self._name(place.hops)
        self._writer.line(f"{name} = {expression}")
        self._known[place.hops] = name

    def with_values(self, place: Place, values: Sequence[str]) -> str:
        """A list of pairs: an object of the place, and a dictionary. In its items, `{N}` is the object after N hops."""
        return self._found(place.hops, 0, values)

    def take(self, place: Place, name: str) -> None:
        """From here on in this scope, these are the place's objects."""
        self._known[place.hops] = name

    def forget(self, place: Place) -> None:
        """The objects of a place have changed their types, so what is below it has to be found again."""
        length = len(place.hops)
        for hops in [each for each in self._known if len(each) > length and each[:length] == place.hops]:
            del self._known[hops]

    def _found(self, hops: tuple[Hop, ...], start: int, values: Sequence[str] | None = None) -> str:
        source, loops, names = "root", [], ["root"]
        if start:
            source = "o"
            loops.append(f"for o in {self._known[hops[:start]]}")
        for number, hop in enumerate(hops[start:]):
            if hop.types is not None:
                loops.append(f"if {source}.{TYPENAME} in {tuple(sorted(hop.types))!r}")
            value = f"{source}.{attribute(hop.key)}"
            source = f"o{number}"
            names.append(source)
            if hop.depth:
                items = f"flat({value}, {hop.depth})" if hop.depth > 1 else f"{value} or ()"
                loops.append(f"for {source} in {items} if {source}")
            else:
                loops.append(
                    f"if ({source} := {value})" if loops else f"for {source} in ({value},) if {source}"
                )
        found = source
        if values is not None:
            found = f"({source}, {{{', '.join(values).format(*names)}}})"
        return f"[{found} {' '.join(loops)}]"

    def _name(self, hops: tuple[Hop, ...]) -> str:
        name = "_".join(("at", *(attribute(hop.key).strip("_") for hop in hops[-2:])))
        if name in self._names:
            name = f"{name}_{len(self._names)}"
        self._names.add(name)
        return name
