"""Data directories that the server's user can enter: the one wished for, or a stand-in.

As root PostgreSQL runs as an unprivileged user, and a state directory below a 0700 home is closed
to it. Opening the home is not ours to do, so the files move below /var/lib, under a name made from
the directory wished for, and a note there says where they are.
"""

import contextlib
import hashlib
import shutil
import tempfile
from pathlib import Path

from devstack.embedded.errors import UnreachableDirectoryError
from devstack.embedded.stale import is_served
from devstack.processes.account import Account

ELSEWHERE = Path("/var/lib/analytics-embedded")
NOTE = "MOVED"
ORIGIN = "origin"


def reachable_directory(account: Account | None, wanted: Path) -> Path:
    """`wanted`, or the directory that stands in for it; both exist afterwards."""
    wanted.mkdir(mode=0o755, parents=True, exist_ok=True)
    if account is None or account.can_enter(wanted):
        return wanted
    name = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:16]
    place = ELSEWHERE / name
    try:
        for directory in (ELSEWHERE, place):
            directory.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise UnreachableDirectoryError(wanted, place, error.strerror or str(error)) from error
    if not account.can_enter(place):
        raise UnreachableDirectoryError(wanted, place, "it is closed to other users")
    (wanted / NOTE).write_text(f"{place}\n", encoding="utf-8")
    (place / ORIGIN).write_text(f"{wanted.resolve()}\n", encoding="utf-8")
    _remove_temporary_stand_ins()
    return place


def binaries_for(place: Path) -> Path:
    """Where copies of the programs go: one place for all stand-ins."""
    return (place.parent if place.parent == ELSEWHERE else place) / "binaries"


def _remove_temporary_stand_ins() -> None:
    """Remove stand-ins for temporary directories that are gone.

    Only for those: any other directory may be missing because it is not mounted today.
    """
    temporary = Path(tempfile.gettempdir()).resolve()
    for note in ELSEWHERE.glob(f"*/{ORIGIN}"):
        with contextlib.suppress(OSError):
            origin = Path(note.read_text(encoding="utf-8").rstrip("\n"))
            gone = origin.is_relative_to(temporary) and not origin.exists()
            if gone and not is_served(note.parent / "data"):
                shutil.rmtree(note.parent)
