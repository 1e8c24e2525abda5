from pathlib import Path

import pytest

from launcher.errors import LaunchError
from launcher.services import load, routing_port, service_names, settings_of

GOOD = "subgraphs:\n  b: {routing_url: 'http://127.0.0.1:4101/graphql'}\n  a: {routing_url: 'http://a/graphql'}\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "supergraph.yaml"
    path.write_text(text)
    return path


def test_names_are_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert service_names(written(tmp_path, GOOD)) == ("b", "a")


@pytest.mark.parametrize(("name", "port"), [("b", 4101), ("a", 0), ("unknown", 0)])
def test_a_service_listens_where_the_graph_looks_for_it(tmp_path: Path, name: str, port: int) -> None:
    assert routing_port(written(tmp_path, GOOD), name) == port


def test_without_a_file_any_port_will_do(tmp_path: Path) -> None:
    assert routing_port(tmp_path / "supergraph.yaml", "b") == 0


@pytest.mark.parametrize("text", ["", "- a", "subgraphs: 1", "subgraphs: {}", "a: [", "subgraphs: [a]"])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(LaunchError) as refused:
        service_names(written(tmp_path, text))
    assert refused.value.code == "CONFIG_INVALID"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match=r"supergraph\.yaml") as refused:
        service_names(tmp_path / "supergraph.yaml")
    assert refused.value.code == "CONFIG_MISSING"


@pytest.mark.parametrize("name", ["nothing", "kit", "kit.service"])
def test_what_is_not_a_service_is_refused(name: str) -> None:
    with pytest.raises(LaunchError) as refused:
        load(name)
    assert refused.value.code == "SERVICE_UNKNOWN"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"JWT_SECRET": "s" * 32}, "DATABASE_URL_CHEFS"),
        ({"DATABASE_URL_CHEFS": "postgresql://x/chefs"}, "JWT_SECRET"),
        ({"DATABASE_URL_CHEFS": "postgresql://x/chefs", "JWT_SECRET": "abcabc"}, "JWT_SECRET"),
    ],
)
def test_what_is_wrong_with_settings_is_named_and_no_secret_is_shown(
    environment: dict[str, str], named: str
) -> None:
    with pytest.raises(LaunchError, match=named) as refused:
        settings_of("chefs", environment)
    assert refused.value.code == "SETTINGS_INVALID"
    assert "abcabc" not in refused.value.message
