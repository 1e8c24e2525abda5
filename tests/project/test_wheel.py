"""The wheel alone, in an empty environment in another folder, serves a graph and the explorer."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
UV = shutil.which("uv", path=f"{ROOT / '.tools/bin'}:/usr/local/bin:/usr/bin") or shutil.which("uv")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but a supergraph, and an environment with nothing but the wheel."""
    if UV is None:
        pytest.skip("needs uv, which `make` gets")
    folder = tmp_path_factory.mktemp("elsewhere")
    uv(UV, "build", "--wheel", "--quiet", "--out-dir", str(folder / "dist"), str(ROOT))
    requirements = uv(UV, "export", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--quiet")
    (folder / "requirements.txt").write_text(requirements)
    uv(UV, "venv", "--quiet", "--python", sys.executable, str(folder / "venv"))
    [wheel] = (folder / "dist").glob("*.whl")
    python = str(folder / "venv/bin/python")
    uv(
        UV,
        "pip",
        "install",
        "--quiet",
        "--python",
        python,
        "-r",
        str(folder / "requirements.txt"),
        str(wheel),
    )
    shutil.copy(ROOT / "tests/cases/one_service/supergraph.graphql", folder)
    return folder


def uv(program: str, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def url(elsewhere: Path) -> Iterator[str]:
    command = [
        elsewhere / "venv/bin/softfactory",
        "router",
        "--supergraph",
        "supergraph.graphql",
        "--port",
        "0",
    ]
    with subprocess.Popen(command, cwd=elsewhere, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        serving = re.search(r"http://[\d.:]+", process.stdout.readline())
        try:
            assert serving is not None
            yield serving[0]
        finally:
            process.terminate()


def test_it_answers(url: str) -> None:
    answer = httpx.post(f"{url}/graphql", json={"query": "{ __typename }"})
    assert (answer.status_code, answer.json()) == (200, {"data": {"__typename": "Query"}})


def test_the_explorer_and_all_its_files_come_from_the_wheel(url: str) -> None:
    page = httpx.get(url, headers={"accept": "text/html"})
    assert page.status_code == 200
    files = re.findall(r'(?:src|href)="([^"#]+)"', page.text)
    assert any(file.endswith(".js") for file in files)
    for file in files:
        assert not re.match(r"(https?:)?//", file), f"{file} would come from the network"
        if not file.startswith("data:"):
            assert httpx.get(f"{url}/{file.removeprefix('./').removeprefix('/')}").status_code == 200, file


def test_nothing_of_the_checkout_is_needed(elsewhere: Path) -> None:
    code = "import router, subgraphs.kit, launcher; print(router.__file__)"
    done = subprocess.run(
        [elsewhere / "venv/bin/python", "-c", code], cwd=elsewhere, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).is_relative_to(elsewhere)
