from pathlib import Path

import pytest

from launcher import schema
from launcher.errors import LaunchError


def test_schemas_are_exported_and_compared(tmp_path: Path) -> None:
    config = tmp_path / "supergraph.yaml"
    config.write_text("subgraphs:\n  accounts: {}\n")
    file = tmp_path / "schema/subgraphs/accounts.graphql"

    with pytest.raises(LaunchError, match="make sdl") as missing:
        schema.check(config)
    assert missing.value.code == "SCHEMA_OUTDATED"
    assert schema.export(config) == [file]
    assert schema.export(config) == []
    schema.check(config)

    file.write_text(file.read_text().replace("type User", "type Person"))
    with pytest.raises(LaunchError, match="-type Person"):
        schema.check(config)
