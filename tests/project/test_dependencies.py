import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "pyproject.toml").read_text()
PROJECT = tomllib.loads(TEXT)


def test_each_dependency_that_users_install_has_its_reason() -> None:
    lines = TEXT.split("dependencies = [", 1)[1].split("]\n", 1)[0].splitlines()
    without = [line for line in lines if line.strip().startswith('"') and not re.search(r'",\s+# \w+', line)]
    assert without == []


def test_no_dependency_is_there_twice() -> None:
    names = [re.split(r"[\[>=<~ ]", text)[0] for text in PROJECT["project"]["dependencies"]]
    assert len(names) == len(set(names))


def test_databases_as_wheels_are_pinned() -> None:
    assert all("==" in text for text in PROJECT["project"]["optional-dependencies"]["databases"])


def test_every_package_says_that_it_has_types() -> None:
    for package in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert (ROOT / package / "py.typed").exists()
