import io

import pytest
from rich.console import Console

from launcher.display import Display


def display(*, terminal: bool) -> tuple[Display, io.StringIO]:
    output = io.StringIO()
    return Display(Console(file=output, force_terminal=terminal, width=100, highlight=False)), output


@pytest.mark.parametrize("terminal", [True, False])
def test_a_step_is_ticked_off_when_it_is_done(terminal: bool) -> None:
    shown, output = display(terminal=terminal)
    with shown.step("Databases are running"):
        assert "✓" not in output.getvalue()
    assert "✓" in output.getvalue()
    assert ("\x1b[" in output.getvalue()) == terminal


def test_a_step_that_fails_is_not_ticked_off() -> None:
    shown, output = display(terminal=False)
    with pytest.raises(RuntimeError), shown.step("Databases are running"):
        raise RuntimeError
    assert output.getvalue() == ""


@pytest.mark.parametrize("terminal", [True, False])
def test_rows_are_counted_over_services_and_tables(terminal: bool) -> None:
    shown, output = display(terminal=terminal)
    with shown.rows("Seed") as count:
        for service, table, rows in (
            ("a", "users", 2000),
            ("a", "users", 2500),
            ("a", "files", 1),
            ("b", "users", 7),
        ):
            count(service, table, rows)
    assert "Seed: 2,508 rows" in output.getvalue()


def test_nothing_is_said_of_no_rows() -> None:
    shown, output = display(terminal=False)
    with shown.rows("Seed"):
        pass
    assert output.getvalue() == ""
