"""Examples as they lie in a folder."""

from pathlib import Path

from router.explorer import Example, read_examples


def test_reads_title_description_and_variables(tmp_path: Path) -> None:
    (tmp_path / "b-two.graphql").write_text("{ b }\n")
    (tmp_path / "a.graphql").write_text(
        "# The title.\n# First line,\n# second line.\n\nquery A { a } # not this\n"
    )
    (tmp_path / "a.variables.json").write_text('{ "x": 1 }')
    (tmp_path / "notes.md").write_text("# no")

    assert read_examples(tmp_path) == (
        Example(
            name="a",
            query="# The title.\n# First line,\n# second line.\n\nquery A { a } # not this\n",
            title="The title",
            description="First line, second line.",
            variables='{ "x": 1 }',
        ),
        Example(name="b-two", query="{ b }\n", title="B two"),
    )


def test_a_missing_folder_has_none(tmp_path: Path) -> None:
    assert read_examples(tmp_path / "missing") == ()
