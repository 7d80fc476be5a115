"""Files whose tests share something costly run in one process: the group that a file names.

pytest-xdist carries a group in the test's id, which pytest 9.2 no longer lets it change (issue 1386
of pytest-xdist), so that its ``loadgroup`` groups nothing. Here the group is read in the file.
"""

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadGroupScheduling

_ROOT = Path(__file__).parents[2]
_GROUP = re.compile(r'^pytestmark = .*xdist_group\("([\w-]+)"\)', re.MULTILINE)


class ByGroup(LoadGroupScheduling):
    """Hands out tests one by one, those of a group together, and groups first: they take longest.

    A file of browser tests is a group: a browser starts once for it.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return group_of(path) or (path if path.startswith("tests/browser/") else nodeid)


@cache
def group_of(path: str) -> str | None:
    """The group that a test file names for all its tests, if any."""
    file = _ROOT / path
    found = _GROUP.search(file.read_text(encoding="utf-8")) if file.is_file() else None
    return found[1] if found else None
