"""A random schema, and the same schema split at random into subgraphs that compose back to it."""

import random
from dataclasses import dataclass, field
from typing import TypeAlias

from router.federation.subgraph import Subgraph

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])\n'
)
LEAVES = ("Int", "Float", "String", "Boolean", "ID", "Color", "Day")
DEFAULTS = {"Int": "1", "Float": "1.5", "String": '"x"', "Boolean": "true", "ID": '"a"', "Color": "RED"}
Places: TypeAlias = set[int]
"""The subgraphs that have something, by number."""


@dataclass
class Member:
    """A field, with what its subgraphs need besides: the types it names."""

    text: str
    needs: set[str]
    annotation: str = ""
    places: Places = field(default_factory=set)


class RandomSchema:
    """`sdl` is the whole, `subgraphs` its parts. Entities are spread field by field, all other types go along whole."""

    def __init__(self, source: random.Random) -> None:
        self._random = source
        self._count = source.randint(1, 4)
        self._entities = [f"E{number}" for number in range(source.randint(1, 4))]
        self._values = [f"V{number}" for number in range(source.randint(0, 3))]
        self._inputs = [f"In{number}" for number in range(source.randint(0, 2))]
        self._members = {name: self._make_members(name) for name in self._entities}
        self._members |= {name: self._make_members(name) for name in self._values}
        self._roots = {"Query": self._make_members("Query")}
        if source.random() < 0.5:
            self._roots["Mutation"] = self._make_members("Mutation")
        self._implementing = self._some(self._entities)
        self._united = self._some([*self._entities, *self._values])
        self._whole = {
            "I": "interface I { id: ID! name: String }",
            "U": f"union U = {' | '.join(self._united)}",
            "Color": f"enum Color {{ RED GREEN {self._annotation()} BLUE }}",
            "Day": '"""One of them."""\nscalar Day @specifiedBy(url: "https://example.com/day")',
            **{name: self._make_input(name) for name in self._inputs},
        }
        self._places: dict[str, Places] = {}
        self._spread()

    @property
    def sdl(self) -> str:
        """The schema that clients are to see."""
        parts = [*self._whole.values()]
        for name, members in {**self._roots, **self._members}.items():
            parts.append(self._object(name, members, ("id: ID!",), ""))
        return "\n".join(parts)

    @property
    def subgraphs(self) -> list[Subgraph]:
        return [Subgraph(f"s{place}", f"http://s{place}", self._part(place)) for place in range(self._count)]

    def _some(self, names: list[str]) -> list[str]:
        return sorted(self._random.sample(names, self._random.randint(1, len(names))))

    def _annotation(self) -> str:
        if self._random.random() < 0.8:
            return ""
        return f'@deprecated(reason: "for {self._random.randint(1, 9)} reasons")'

    def _make_members(self, owner: str) -> dict[str, Member]:
        found = {}
        for number in range(self._random.randint(1, 5)):
            name = f"{owner.lower()}{number}"
            needs = {self._random.choice([*LEAVES, *self._entities, *self._values, "I", "U"])}
            type_ = self._wrap(next(iter(needs)))
            argument = ""
            if self._random.random() < 0.3:
                argument, needed = self._make_argument()
                needs.add(needed)
            found[name] = Member(f"{name}{argument}: {type_}", needs, self._annotation())
        return found

    def _make_argument(self) -> tuple[str, str]:
        type_ = self._random.choice([*LEAVES, *self._inputs])
        if type_ in DEFAULTS and self._random.random() < 0.5:
            return f"(a: {type_} = {DEFAULTS[type_]})", type_
        return f"(a: {self._wrap(type_)})", type_

    def _make_input(self, name: str) -> str:
        fields = " ".join(
            f"{name.lower()}{number}: {self._wrap(self._random.choice(LEAVES))}"
            for number in range(self._random.randint(1, 3))
        )
        return f"input {name} {{ {fields} }}"

    def _wrap(self, type_: str) -> str:
        return self._random.choice(("{}", "{}!", "[{}]", "[{}!]!", "[[{}]]")).format(type_)

    def _spread(self) -> None:
        for name, members in {**self._roots, **self._members}.items():
            for member in members.values():
                member.places = self._choose(1 if name == "Mutation" else self._count)
                if name not in self._values:
                    self._place_all(member.needs, member.places)
        for name in (*self._whole, *self._values, *self._entities):
            if not self._places.get(name):
                self._place(name, self._choose(1))

    def _choose(self, most: int) -> Places:
        places = range(self._count)
        alone = self._random.random() < 0.7
        return set(self._random.sample(places, 1 if alone else self._random.randint(1, most)))

    def _place_all(self, names: set[str], places: Places) -> None:
        for name in names:
            self._place(name, places)

    def _place(self, name: str, places: Places) -> None:
        """A type, and what it needs itself."""
        new = places - self._places.setdefault(name, set())
        if not new:
            return
        self._places[name] |= new
        if name in self._values:
            self._place_all({need for each in self._members[name].values() for need in each.needs}, new)
        elif name in ("I", "U"):
            self._place_all(set(self._implementing if name == "I" else self._united), new)
        elif name in self._inputs:
            self._place_all({leaf for leaf in LEAVES if leaf in self._whole[name]}, new)

    def _part(self, place: int) -> str:
        parts = [LINK]
        parts += [text for name, text in self._whole.items() if place in self._places[name]]
        for name, members in self._roots.items():
            if any(place in member.places for member in members.values()):
                parts.append(self._object(name, members, (), "", place))
        for name in self._values:
            if place in self._places[name]:
                parts.append(self._object(name, self._members[name], (), " @shareable"))
        for name in self._entities:
            if (
                any(place in each.places for each in self._members[name].values())
                or place in self._places[name]
            ):
                parts.append(
                    self._object(name, self._members[name], ("id: ID!",), ' @key(fields: "id")', place)
                )
        return "\n".join(parts)

    def _object(
        self,
        name: str,
        members: dict[str, Member],
        first: tuple[str, ...],
        head: str,
        place: int | None = None,
    ) -> str:
        """The whole type, or what one subgraph has of it."""
        lines = list(first) if name in self._entities else []
        implements = name in self._implementing and (place is None or place in self._places["I"])
        if implements:
            lines.append("name: String" + ("" if place is None else " @shareable"))
        for member in members.values():
            if place is None or place in member.places:
                shared = " @shareable" if place is not None and len(member.places) > 1 else ""
                lines.append(f"{member.text} {member.annotation}{shared}")
        return f"type {name}{' implements I' if implements else ''}{head} {{\n  " + "\n  ".join(lines) + "\n}"
