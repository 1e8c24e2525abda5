"""Runs our composer over a corpus of cases with the reference's answers, and prints every difference.

    python -m tests.conformance.composition [FILE] [--code CODE] [--case ID] [--quiet]

FILE has one case a line: `subgraphs`, and in `apollo` the verdict, the error codes, the facts and the API schema.
Without FILE the corpus beside the project is used; where that is away, the run says so and skips.
"""

import argparse
import importlib.util
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from graphql import build_schema, lexicographic_sort_schema, print_schema

from router.composition import Composition, CompositionError, compose
from router.federation.subgraph import Subgraph

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
SLOW_SECONDS = 2.0
VALIDATION_ONLY = ("buildSubgraph", "rust:build_")


def main() -> int:
    """Exit code 1 where any case differs."""
    options = _options()
    if not options.file.exists():
        print(f"skipped: no corpus at {options.file}")
        return 0
    facts = _load_facts(options.file.parent)
    failures: Counter[str] = Counter()
    passed = failed = 0
    slowest = 0.0
    same_hints = composed = 0
    with options.file.open() as lines:
        for line in lines:
            case = json.loads(line)
            if options.case and not case["id"].startswith(options.case):
                continue
            seconds, outcome = _timed(case)
            differences = list(_differences(case["apollo"], outcome, facts))
            slowest = max(slowest, seconds)
            if isinstance(outcome, Composition) and case["apollo"]["ok"]:
                composed += 1
                same_hints += sorted(hint.code for hint in outcome.hints) == sorted(case["apollo"]["hints"])
            if seconds > SLOW_SECONDS:
                differences.append(f"slow: over {SLOW_SECONDS} s")
            if not differences:
                passed += 1
                continue
            failed += 1
            failures.update({difference.split(":", 1)[0] for difference in differences})
            if not options.quiet:
                print(f"\n--- {case['id']} {case['source_test_name']}")
                print("\n".join(differences))
    print("\n" + "\n".join(f"{count:5} {kind}" for kind, count in failures.most_common()))
    print(f"hints: the same codes for {same_hints} of the {composed} that compose")
    print(f"slowest case: {slowest:.2f} s")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path, default=CORPORA / "composition.dev.jsonl")
    parser.add_argument("--case", help="only cases whose id starts so")
    parser.add_argument("--quiet", action="store_true", help="only the counts")
    return parser.parse_args()


def _load_facts(folder: Path) -> ModuleType:
    """The corpus brings the code that makes two supergraphs comparable."""
    path = folder / "facts.py" if (folder / "facts.py").exists() else CORPORA / "facts.py"
    specification = importlib.util.spec_from_file_location("corpus_facts", path)
    if specification is None or specification.loader is None:
        raise SystemExit(f"cannot load {path}")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _timed(case: dict[str, Any]) -> tuple[float, Composition | Exception]:
    subgraphs = [Subgraph(each["name"], each["url"] or "", each["sdl"]) for each in case["subgraphs"]]
    started = time.perf_counter()
    outcome: Composition | Exception
    try:
        outcome = compose(subgraphs)
    except Exception as error:
        outcome = error
    return time.perf_counter() - started, outcome


def _differences(
    expected: dict[str, Any], outcome: Composition | Exception, facts: ModuleType
) -> Iterator[str]:
    if isinstance(outcome, Composition):
        yield from _accepted(expected, outcome, facts)
    elif isinstance(outcome, CompositionError):
        yield from _refused(expected, outcome)
    else:
        yield f"crash: {type(outcome).__name__}: {outcome}"


def _refused(expected: dict[str, Any], error: CompositionError) -> Iterator[str]:
    ours = {problem.code for problem in error.problems}
    messages = [f"  ours:   {problem.code}: {problem.message}" for problem in error.problems]
    if expected.get("threw"):
        return
    if expected["ok"]:
        yield "verdict, refused although accepted: " + ", ".join(sorted(ours))
        yield from messages
        return
    theirs = {each["code"] for each in expected["errors"]}
    if ours != theirs:
        yield f"codes: ours {sorted(ours)}, expected {sorted(theirs)}"
        yield from messages
        yield from (f"  theirs: {each['code']}: {each['message']}" for each in expected["errors"])


def _accepted(expected: dict[str, Any], result: Composition, facts: ModuleType) -> Iterator[str]:
    if not expected["ok"]:
        codes = sorted({each["code"] for each in expected["errors"]})
        yield f"verdict, accepted although refused with {codes}:"
        yield from (f"  theirs: {each['code']}: {each['message']}" for each in expected["errors"])
        return
    if "facts" not in expected:
        return
    ours, theirs = set(facts.facts(result.supergraph_sdl)), set(expected["facts"])
    kinds = sorted({fact.split(" ", 1)[0] for fact in ours ^ theirs})
    if kinds:
        yield f"facts {' '.join(kinds)}:"
        yield from (f"  + {fact}" for fact in sorted(ours - theirs))
        yield from (f"  - {fact}" for fact in sorted(theirs - ours))
    if "api_schema" not in expected:
        return
    our_api, their_api = _sorted_print(result.api_schema_sdl), _sorted_print(expected["api_schema"])
    if our_api != their_api:
        yield "api schema:"
        ours_lines, their_lines = our_api.splitlines(), their_api.splitlines()
        yield from (f"  + {line}" for line in ours_lines if line not in their_lines)
        yield from (f"  - {line}" for line in their_lines if line not in ours_lines)


def _sorted_print(sdl: str) -> str:
    return print_schema(lexicographic_sort_schema(build_schema(sdl, assume_valid=True, no_location=True)))


if __name__ == "__main__":
    sys.exit(main())
