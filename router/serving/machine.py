"""The means of a supervisor: forks workers, hears them and signals, and counts their ends."""

import os
import selectors
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from types import FrameType
from typing import Final, NamedTuple, NoReturn

from router.serving.acceptor import Acceptor
from router.serving.channel import Line, ToSupervisor, ToWorker
from router.serving.crew import HIGHEST_NUMBER
from router.serving.garbage import Garbage, paused
from router.serving.member import Loaded
from router.serving.occupancy import Occupancy
from router.serving.operations import Operations
from router.serving.release import Release
from router.serving.take_apart import take_apart

_HEARD: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR2, signal.SIGCHLD)
_NOT_FOR_WORKERS: Final = (signal.SIGINT, signal.SIGHUP, signal.SIGUSR2)
"""A terminal sends these to all processes in it. The supervisor tells the workers what to do."""
_LINE_SECONDS: Final = 5.0


class Seat(NamedTuple):
    """What a worker is given when it is forked."""

    number: int
    loaded: Loaded
    operations: Operations
    acceptor: Acceptor
    end: socket.socket
    """Of the line to the supervisor."""


class Child:
    """A worker process, and the line to it."""

    def __init__(self, number: int, pid: int, line: Line) -> None:
        self.number = number
        self.pid = pid
        self.line = line
        self.is_silent = False
        """Nothing more comes: it has ended, or is about to."""
        self._status: int | None = None

    def send(self, message: ToWorker) -> None:
        """Raises OSError where the worker does not read."""
        self.line.send(message)

    def received(self) -> list[ToSupervisor]:
        """What it has said since the last call."""
        found: list[ToSupervisor] = []
        while not self.is_silent and self.line.has_more():
            try:
                message = self.line.receive()
            except OSError:
                message = None
            if message is None:
                self.is_silent = True
            else:
                found.append(message)
        return found

    def signal(self, number: int) -> None:
        """Nothing happens where it has ended."""
        if self._status is None:
            os.kill(self.pid, number)

    def exit_status(self) -> int | None:
        """Not before everything that it has said was received."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status if self.is_silent else None


class ForkingMachine:
    """`work` is what a worker does; what it returns is its exit status. The process must have no threads and no event loop."""

    def __init__(self, work: Callable[[Seat], int]) -> None:
        self._work = work
        self._garbage = Garbage()
        self._children: list[Child] = []
        self._occupancy = Occupancy(HIGHEST_NUMBER + 1)
        self._signals: deque[int] = deque()
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        for number in _HEARD:
            signal.signal(number, self._note_signal)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def now(self) -> float:
        """Since some moment."""
        return monotonic()

    def load(self, release: Release) -> Loaded:
        """Into memory that workers share until they write to it, so collections must not touch it."""
        with paused():
            return Loaded(release, release.load())

    def free(self, loaded: Loaded) -> None:
        """Without looking at everything that workers share."""
        take_apart(loaded.supergraph)
        if self._garbage.has_grown():
            self._garbage.sweep()

    def listen(self, listener: socket.socket) -> None:
        """Before the first start."""
        self._listener = listener

    def start(self, number: int, loaded: Loaded, operations: Operations) -> Child:
        """Forks."""
        self._forget_the_ended()
        ours, theirs = socket.socketpair()
        acceptor = Acceptor(self._listener, self._occupancy, number)
        seat = Seat(number, loaded, operations, acceptor, theirs)
        sys.stdout.flush()
        sys.stderr.flush()
        with _signals_held():
            pid = os.fork()
            if not pid:
                self._become_worker(seat, ours)
        theirs.close()
        child = Child(number, pid, Line(ours, _LINE_SECONDS))
        self._children.append(child)
        return child

    def wait(self, seconds: float) -> list[int]:
        """Wakes up for the end of a child, too."""
        self._forget_the_ended()
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            for child in self._children:
                if not child.is_silent:
                    selector.register(child.line, selectors.EVENT_READ)
            selector.select(seconds)
        with suppress(BlockingIOError):
            while self._woken.recv(4096):
                pass
        return [self._signals.popleft() for _ in range(len(self._signals))]

    def stop_listening(self) -> None:
        """Workers have the socket, too: it is closed when the last of them closes it."""
        self._listener.close()

    def _note_signal(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._signals.append(number)

    def _forget_the_ended(self) -> None:
        for child in tuple(self._children):
            if child.exit_status() is not None:
                self._children.remove(child)
                self._occupancy.leave(child.number)
                child.line.close()

    def _become_worker(self, seat: Seat, supervisors_end: socket.socket) -> NoReturn:
        """Leaves nothing open that would hide from others that the supervisor has ended, and never returns into its code."""
        status = 1
        try:
            supervisors_end.close()
            for child in self._children:
                child.line.close()
            signal.set_wakeup_fd(-1)
            self._woken.close()
            self._waker.close()
            for number in _HEARD:
                signal.signal(number, signal.SIG_IGN if number in _NOT_FOR_WORKERS else signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
            status = self._work(seat)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Between a fork and the moment when the child has handlers of its own, signals wait."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
