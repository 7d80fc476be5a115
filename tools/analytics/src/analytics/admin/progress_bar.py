"""Show how far an import is: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import click

from ingest.progress import Meter, Phase

EVERY_SECONDS: Final = 5.0
_PHASES: Final = {Phase.CHECKING: "checking", Phase.WRITING: "writing"}


@contextmanager
def show_progress(total_bytes: int | None) -> Iterator[Meter]:
    """A meter that is shown on standard error; ``total_bytes`` is None when nobody knows it."""
    if total_bytes and sys.stderr.isatty():
        with _bar(total_bytes) as meter:
            yield meter
    else:
        yield Meter(_plain(total_bytes))


@contextmanager
def _bar(total_bytes: int) -> Iterator[Meter]:
    """A bar over the bytes read, with the rate in rows and the time that is left for reading."""
    started = time.monotonic()

    def changed(meter: Meter) -> None:
        if meter.phase is Phase.READING:
            bar.update(meter.done_bytes - bar.pos, meter.rows)
        elif meter.phase in _PHASES:
            click.echo(f"\n{_PHASES[meter.phase]} {meter.rows:,} rows …", err=True, nl=False)

    meter = Meter(changed)
    nothing: Iterable[int] | None = None
    bar = click.progressbar(
        nothing,
        length=total_bytes,
        label="reading",
        show_eta=True,
        item_show_func=lambda _: _rate(meter.rows, started),
        file=sys.stderr,
    )
    with bar:
        yield meter


def _plain(total_bytes: int | None) -> Callable[[Meter], None]:
    started = told = time.monotonic()

    def changed(meter: Meter) -> None:
        nonlocal told
        moment = time.monotonic()
        if meter.phase in _PHASES:
            click.echo(f"{_PHASES[meter.phase]} {_rate(meter.rows, started)}", err=True)
        elif meter.phase is Phase.READING and moment - told >= EVERY_SECONDS:
            told = moment
            share = f"{100 * meter.done_bytes // total_bytes} %, " if total_bytes else ""
            click.echo(f"reading {share}{_rate(meter.rows, started)}", err=True)

    return changed


def _rate(rows: int, started: float) -> str:
    seconds = max(time.monotonic() - started, 0.001)
    return f"{rows:,} rows, {rows / seconds:,.0f} rows/s"
