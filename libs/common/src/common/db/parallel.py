"""Asks several servers at once, so that one that hangs holds up no answer of another."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from time import monotonic
from typing import Any, Final, Generic, TypeVar

LEFT_OUT_SECONDS: Final = 10
"""How long a server that hung is not asked again."""
LATE_SECONDS: Final = 3
"""An error that comes later may be of a server that hangs."""
ASKED_AT_ONCE: Final = 64
"""So many asks of one server may be at work in a process; who comes then goes on without it."""

T = TypeVar("T")


class ServerSilentError(Exception):
    """A server said nothing in time; it may be hanging."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} said nothing in time")
        self.name = name


@dataclass(slots=True)
class Answers(Generic[T]):
    """What the servers said, by their names, and which did not answer."""

    given: dict[str, T] = field(default_factory=dict)
    away: dict[str, Exception] = field(default_factory=dict)


@dataclass(slots=True)
class _Server:
    """Asks of a server by when they began, when it last answered, and until when it is left out.

    What began before it last answered tells nothing about it any more.
    """

    under_way: dict[object, float] = field(default_factory=dict)
    answered: float = float("-inf")
    left_out_until: float | None = None

    def begin(self, now: float, within: float) -> object | None:
        """What stands for an ask that may begin; None while the server is left out."""
        begun = min(
            (each for each in self.under_way.values() if each >= self.answered), default=now
        )
        if self.left_out_until is None and now - begun >= within:
            self.left_out_until = begun + within + LEFT_OUT_SECONDS
        if len(self.under_way) >= ASKED_AT_ONCE:
            return None
        if self.left_out_until is not None:
            if now < self.left_out_until:
                return None
            self.left_out_until = now + LEFT_OUT_SECONDS  # the others go on without it
        key = object()
        self.under_way[key] = now
        return key

    def end(self, key: object, now: float, *, hung: bool | None) -> None:
        """An ask is over; ``hung`` is None where it says nothing of the server."""
        begun = self.under_way.pop(key)
        if hung is False:
            self.answered, self.left_out_until = now, None
        elif hung and begun >= self.answered:
            self.left_out_until = now + LEFT_OUT_SECONDS

    def leave_out(self, key: object, now: float) -> None:
        """An ask took too long, if it is not over by now."""
        if self.under_way.get(key, float("-inf")) >= self.answered:
            self.left_out_until = now + LEFT_OUT_SECONDS


class Asker:
    """Asks servers, and leaves out for a while one that hung: nobody waits for it again and again.

    When the while is over one caller asks it, and the others go on without until it answers; that
    is noted also when the caller had enough before. ``hangs`` says of an error that came late
    whether the server hung: None is of one that says nothing of it.
    """

    def __init__(
        self,
        hangs: Callable[[Exception], bool | None] = lambda _: True,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._hangs = hangs
        self._clock = clock
        self._lock = Lock()
        self._asking: set[Future[Any]] = set()
        self._servers: defaultdict[str, _Server] = defaultdict(_Server)

    def ask(
        self,
        asks: Mapping[str, Callable[[], T]],
        *,
        away: tuple[type[Exception], ...],
        enough: Callable[[T], bool],
        within: float,
    ) -> Answers[T]:
        """The answers of servers, in the order of ``asks``, until one is ``enough``.

        Errors of ``away`` are of a server that does not answer; any other is raised. One that says
        nothing ``within`` seconds, or is left out, is away.
        """
        keys = self._begin(asks, within)
        noted = {name: partial(self._noted, name, key, asks[name], within) for name, key in keys}
        running = _submit(noted)
        for future in running:
            self._asking.add(future)
            future.add_done_callback(self._asking.discard)
        answers = _gather(running, away, enough, within)
        with self._lock:
            for name, key in keys:
                if isinstance(answers.away.get(name), ServerSilentError):
                    self._servers[name].leave_out(key, self._clock())
        left_out = asks.keys() - noted.keys()
        answers.away |= {name: ServerSilentError(name) for name in asks if name in left_out}
        return answers

    def close(self) -> None:
        """Wait until no server is asked."""
        wait(tuple(self._asking))

    def _begin(self, names: Iterable[str], within: float) -> list[tuple[str, object]]:
        with self._lock:
            now = self._clock()
            begun = [(name, self._servers[name].begin(now, within)) for name in names]
        return [(name, key) for name, key in begun if key is not None]

    def _noted(self, name: str, key: object, ask: Callable[[], T], within: float) -> T:
        """The answer to an ask, once it is noted of the server: whoever waits for it or not."""
        began = self._clock()
        hung: bool | None = False
        try:
            return ask()
        except Exception as error:
            if self._clock() - began >= min(within / 2, LATE_SECONDS):
                hung = self._hangs(error)
            raise
        finally:
            with self._lock:
                self._servers[name].end(key, self._clock(), hung=hung)


def _submit(asks: Mapping[str, Callable[[], T]]) -> dict[Future[T], str]:
    if not asks:
        return {}
    pool = ThreadPoolExecutor(len(asks), thread_name_prefix="servers")
    try:
        return {pool.submit(ask): name for name, ask in asks.items()}
    finally:
        pool.shutdown(wait=False)


def _gather(
    running: Mapping[Future[T], str],
    away: tuple[type[Exception], ...],
    enough: Callable[[T], bool],
    within: float,
) -> Answers[T]:
    """The answers until one is ``enough``; each server that gave none until then is in neither.

    Without one, whoever is not done ``within`` seconds is away by a ``ServerSilentError``.
    """
    answers = Answers[T]()
    until = monotonic() + within
    left = set(running)
    satisfied = False
    while left and not satisfied:
        done, left = wait(left, max(0.0, until - monotonic()), FIRST_COMPLETED)
        if not done:
            answers.away |= {running[each]: ServerSilentError(running[each]) for each in left}
            break
        for each in done:
            name = running[each]
            _note(answers, name, each.result, away)
            satisfied |= name in answers.given and enough(answers.given[name])
    answers.given = {
        name: answers.given[name] for name in running.values() if name in answers.given
    }
    return answers


def _note(
    answers: Answers[T], name: str, ask: Callable[[], T], away: tuple[type[Exception], ...]
) -> None:
    try:
        answers.given[name] = ask()
    except away as error:
        answers.away[name] = error
