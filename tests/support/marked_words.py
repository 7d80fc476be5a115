"""Words marked for translation, in the templates and the code below a folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.extract import extract_python
from jinja2.ext import babel_extract

_KEYWORDS: Final[dict[str, Any]] = {"_": None, "text": None, "counted": (1, 2)}
_WORDINGS: Final[dict[str, Any]] = {"Wording": None}

Message = str | tuple[str, str]
"""A pair is a message with a form for one and a form for many."""


def of_templates(root: Path) -> Iterator[Message]:
    """The words of the templates."""
    for path in sorted(root.rglob("*.html")):
        with path.open("rb") as source:
            for _, function, messages, _ in babel_extract(source, ("_", "counted"), [], {}):
                yield _message(function, messages)


def of_code(root: Path) -> Iterator[Message]:
    """The words of the calls in the code."""
    for path in sorted(root.rglob("*.py")):
        with path.open("rb") as source:
            for _, function, messages, _ in extract_python(source, _KEYWORDS, [], {}):
                yield _message(function, messages)


def of_wordings(path: Path) -> Iterator[str]:
    """The patterns of the wordings in a file of code."""
    if b"Wording(" not in path.read_bytes():  # few have any, and reading them takes long
        return
    with path.open("rb") as source:
        for _, function, messages, _ in extract_python(source, _WORDINGS, [], {}):
            found = _message(function, messages)
            if isinstance(found, str) and found:
                yield found


def _message(function: object, messages: Any) -> Message:
    given = [messages] if isinstance(messages, str) else [each for each in messages or () if each]
    if function == "counted" and len(given) > 1:
        return given[0], given[1]
    return given[0] if given else ""
