"""Asks several servers at once, so that one that hangs holds up no answer of another."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Answers(Generic[T]):
    """What the servers said, by their names, and which did not answer."""

    given: dict[str, T] = field(default_factory=dict)
    away: dict[str, Exception] = field(default_factory=dict)


def ask_each(
    asks: Mapping[str, Callable[[], T]],
    *,
    away: tuple[type[Exception], ...],
    enough: Callable[[T], bool] = lambda _: False,
    asking: set[Future[T]] | None = None,
) -> Answers[T]:
    """The answers of all servers, in the order of ``asks``, or those until one is ``enough``.

    Errors of ``away`` are of a server that does not answer; any other is raised. ``asking`` gets
    what may still be at work when there is enough.
    """
    answers = Answers[T]()
    if len(asks) <= 1:
        for name, ask in asks.items():
            _note(answers, name, ask, away)
        return answers
    pool = ThreadPoolExecutor(len(asks), thread_name_prefix="servers")
    try:
        running = {pool.submit(ask): name for name, ask in asks.items()}
        _note_running(running, asking)
        for done in as_completed(running):
            _note(answers, running[done], done.result, away)
            name = running[done]
            if name in answers.given and enough(answers.given[name]):
                break
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


def _note_running(running: Iterable[Future[T]], asking: set[Future[T]] | None) -> None:
    if asking is None:
        return
    for future in running:
        asking.add(future)
        future.add_done_callback(asking.discard)
