"""Makes data.json, always the same: `python -m benchmarks.graph.generate`."""

import json
import random
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("data.json")
CITIES = ("Seoul", "Busan", "Daegu")
VENUES = ("Arena", "Club", "Hall")
SECTIONS = ("left", "middle", "right")
COUNTRIES = ("KR", "JP", "SE", "GB", None)
NAMES = (
    "Amber",
    "Birch",
    "Cedar",
    "Delta",
    "Ember",
    "Fjord",
    "Grove",
    "Haven",
    "Indigo",
    "Juniper",
    "Krill",
    "Lumen",
)
CONCERTS = 30


def generate() -> dict[str, Any]:
    """The tables; rows refer to each other by id, and venues are known to concerts by slug."""
    chance = random.Random(7)
    venues = [_venue(chance, city, kind) for city in range(len(CITIES)) for kind in range(len(VENUES))]
    artists = [
        {
            "id": f"a{number}",
            "name": f"The {name}s",
            "country": chance.choice(COUNTRIES),
            "similar": [f"a{other}" for other in chance.sample(range(len(NAMES)), 3) if other != number],
        }
        for number, name in enumerate(NAMES)
    ]
    concerts = [
        {
            "id": f"k{number}",
            "title": f"Night {number + 1}",
            "minutes": chance.randrange(60, 200, 5),
            "venue": chance.choice(venues)["slug"],
            "artists": [f"a{artist}" for artist in chance.sample(range(len(NAMES)), chance.randint(1, 4))],
        }
        for number in range(CONCERTS)
    ]
    cities = [{"id": f"c{number}", "name": name} for number, name in enumerate(CITIES)]
    return {"cities": cities, "venues": venues, "artists": artists, "concerts": concerts}


def _venue(chance: random.Random, city: int, kind: int) -> dict[str, Any]:
    venue_id = f"v{city}{kind}"
    floors = [
        [
            _section(chance, f"{venue_id}-{floor}{at}", f"Floor {floor + 1} {name}")
            for at, name in enumerate(SECTIONS)
        ]
        for floor in range(chance.randint(0, 3))  # some venues have no seats at all
    ]
    return {
        "id": venue_id,
        "slug": f"{CITIES[city]}-{VENUES[kind]}".lower(),
        "name": f"{CITIES[city]} {VENUES[kind]}",
        "capacity": 200 + sum(section["seats"] for floor in floors for section in floor),
        "city": f"c{city}",
        "floors": floors,
    }


def _section(chance: random.Random, section_id: str, name: str) -> dict[str, Any]:
    seats = chance.randrange(50, 400, 10)
    return {"id": section_id, "name": name, "seats": seats, "free": chance.randint(0, seats)}


if __name__ == "__main__":
    FILE.write_text(json.dumps(generate(), indent=1) + "\n")
