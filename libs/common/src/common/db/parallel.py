"""Asks several servers at once, so that one that hangs holds up no answer of another."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, Final, Generic, TypeVar

LEFT_OUT_SECONDS: Final = 10
"""How long a server that hung is not asked again."""

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


class Asker:
    """Asks servers, and leaves out for a while one that hung: nobody waits for it again and again.

    When the while is over one caller asks it, and the others go on without until it answers.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._asking: set[Future[Any]] = set()
        self._silent: dict[str, tuple[float, Exception]] = {}

    def ask(
        self,
        asks: Mapping[str, Callable[[], T]],
        *,
        away: tuple[type[Exception], ...],
        enough: Callable[[T], bool],
        within: float,
    ) -> Answers[T]:
        """As ``ask_each``; what is left out is away."""
        skipped = self._still_silent(asks)
        left = {name: ask for name, ask in asks.items() if name not in skipped}
        answers = ask_each(left, away=away, enough=enough, asking=self._asking, within=within)
        with self._lock:
            for name in answers.given:
                self._silent.pop(name, None)
            for name, error in answers.away.items():
                if isinstance(error, ServerSilentError):
                    self._silent[name] = (monotonic() + LEFT_OUT_SECONDS, error)
        answers.away |= skipped
        return answers

    def close(self) -> None:
        """Wait until no server is asked."""
        wait(tuple(self._asking))

    def _still_silent(self, names: Iterable[str]) -> dict[str, Exception]:
        now = monotonic()
        found = {}
        with self._lock:
            for name in names:
                until, error = self._silent.get(name, (0.0, None))
                if error is not None and until > now:
                    found[name] = error
                elif error is not None:
                    self._silent[name] = (now + LEFT_OUT_SECONDS, error)
        return found


def ask_each(
    asks: Mapping[str, Callable[[], T]],
    *,
    away: tuple[type[Exception], ...],
    enough: Callable[[T], bool] = lambda _: False,
    asking: set[Future[Any]] | None = None,
    within: float | None = None,
) -> Answers[T]:
    """The answers of all servers, in the order of ``asks``, or those until one is ``enough``.

    Errors of ``away`` are of a server that does not answer; any other is raised. One that says
    nothing ``within`` so many seconds is away by a ``ServerSilentError``. ``asking`` gets what may
    still be at work when this returns.
    """
    answers = Answers[T]()
    if not asks or (len(asks) == 1 and within is None):
        for name, ask in asks.items():
            _note(answers, name, ask, away)
        return answers
    pool = ThreadPoolExecutor(len(asks), thread_name_prefix="servers")
    try:
        running = {pool.submit(ask): name for name, ask in asks.items()}
        _note_running(running, asking)
        for done in as_completed(running, within):
            _note(answers, running[done], done.result, away)
            name = running[done]
            if name in answers.given and enough(answers.given[name]):
                break
    except TimeoutError:
        for future, name in running.items():
            if not future.done():
                answers.away[name] = ServerSilentError(name)
    finally:
        pool.shutdown(wait=False)
    answers.given = {name: answers.given[name] for name in asks if name in answers.given}
    return answers


def _note(
    answers: Answers[T], name: str, ask: Callable[[], T], away: tuple[type[Exception], ...]
) -> None:
    try:
        answers.given[name] = ask()
    except away as error:
        answers.away[name] = error


def _note_running(running: Iterable[Future[T]], asking: set[Future[Any]] | None) -> None:
    if asking is None:
        return
    for future in running:
        asking.add(future)
        future.add_done_callback(asking.discard)
