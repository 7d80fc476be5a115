"""File names of an import: what the sender calls its files, safe to keep and to show.

A name is shown and never opened: it is a text of bounded length, without what moves, hides or
reorders the text around it.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from common.db.imports import Import
from ingest.sources import FileKind

LONGEST_NAME: Final = 120
_END: Final = 24
"""So much of the end of a long name stays: an export's date and ``.csv`` stand there."""
_JOINERS: Final = "\u200c\u200d"
"""They shape words of Persian and Hindi; what else is of the category ``Cf`` changes lines."""
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def names_of(sent: Mapping[str, str]) -> dict[str, str]:
    """Names to keep, by the kind of file, of those that were ``sent``; kinds without one are not
    there.
    """
    names = {kind.value: file_name(sent.get(kind, "")) for kind in FileKind}
    return {kind: name for kind, name in names.items() if name}


def file_name(sent: str) -> str:
    """A name without its folders and what cannot be seen; the middle of a long one is left out."""
    last = re.split(r"[/\\]", sent)[-1]
    shown = "".join(
        each if each in _JOINERS or unicodedata.category(each) not in _UNSHOWN else " "
        for each in last
    )
    name = " ".join(shown.split())
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - _END - 1].rstrip()}…{name[-_END:].lstrip()}"


def faults_of(row: Import) -> list[dict[str, Any]] | None:
    """What is wrong with the files of an import, each with the sender's ``file_name`` of its file.

    None where it has not failed, or is not over.
    """
    faults = (row.outcome or {}).get("errors")
    if faults is None:
        return None
    names = {kind.plain_name: (row.file_names or {}).get(kind) for kind in FileKind}
    return [{**fault, "file_name": names.get(fault["file"])} for fault in faults]
