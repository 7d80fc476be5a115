"""The unprivileged account that runs PostgreSQL when we are root: the server refuses to be root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

ACCOUNT_SETTING = "ANALYTICS_EMBEDDED_USER"
DEFAULT_ACCOUNT = "nobody"


class UnknownAccountError(Exception):
    """The account that shall run the embedded PostgreSQL does not exist."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{ACCOUNT_SETTING}: there is no user {name!r} other than root here")
        self.name = name


@dataclass(frozen=True)
class Account:
    """A user of this machine, by numbers."""

    uid: int
    gid: int

    def can_enter(self, directory: Path) -> bool:
        """Whether every directory down to this one lets the account through.

        Judged by mode bits and owner; extra groups are not counted, as the server has none.
        """
        resolved = directory.resolve()
        return all(self._may_search(step) for step in (resolved, *resolved.parents))

    def _may_search(self, directory: Path) -> bool:
        status = directory.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_account() -> Account | None:
    """The account to run a server as that refuses root; None when we are not root."""
    if os.geteuid() != 0:
        return None
    name = os.environ.get(ACCOUNT_SETTING, DEFAULT_ACCOUNT)
    try:
        entry = pwd.getpwuid(int(name)) if name.isdecimal() else pwd.getpwnam(name)
    except KeyError:
        raise UnknownAccountError(name) from None
    if entry.pw_uid == 0:
        raise UnknownAccountError(name)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)
