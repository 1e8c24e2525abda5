"""Composes the subgraphs of a file with our composer, and prints what it took. The twin of peer/compose.js."""

import json
import resource
import sys
from pathlib import Path
from time import perf_counter

from router.composition import compose
from router.federation.subgraph import Subgraph


def main() -> None:
    """`ours.py SUBGRAPHS`."""
    subgraphs = [
        Subgraph(each["name"], each["url"], each["sdl"]) for each in json.loads(Path(sys.argv[1]).read_text())
    ]
    begin = perf_counter()
    result = compose(subgraphs)
    seconds = perf_counter() - begin
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        json.dumps({"seconds": seconds, "megabytes": megabytes, "hints": len(result.hints)}) + "\n"
    )


if __name__ == "__main__":
    main()
