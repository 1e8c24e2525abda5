import socket

import pytest

from launcher.ports import PortTakenError, free_port, start_on_port


def test_a_free_port_can_be_listened_on() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))


def test_a_lost_race_is_run_again_on_another_port() -> None:
    ports: list[int] = []

    def start(port: int) -> None:
        ports.append(port)
        if len(ports) < 3:
            raise PortTakenError(port)

    start_on_port(None, start)
    assert len(ports) == 3


@pytest.mark.parametrize(("fixed", "tries"), [(4321, 1), (None, 5)])
def test_it_gives_up(fixed: int | None, tries: int) -> None:
    ports: list[int] = []

    def start(port: int) -> None:
        ports.append(port)
        raise PortTakenError(port)

    with pytest.raises(PortTakenError, match="Another program"):
        start_on_port(fixed, start)
    assert len(ports) == tries
