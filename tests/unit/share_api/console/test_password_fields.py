"""Fields of passwords: what is typed is hidden, and managers of passwords may fill them."""

import re
from pathlib import Path

import report_viewer
import share_api

FOLDERS = [Path(each.__path__[0]) for each in (share_api, report_viewer)]
FIELD = re.compile(r"<input[^>]*name=\"(?:password|current|new)\"[^>]*>")
FILLED = {"current-password", "new-password", "off"}
"""What a manager is told; a link's password is no one's own: it is not kept."""
PASSED_ON = {"share.html", "link.html"}
"""Where an admin makes up a link's password, to be read and passed on."""


def texts(pattern: str) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for folder in FOLDERS
        for path in folder.rglob(pattern)
    }


def test_what_is_typed_is_hidden_and_a_manager_knows_what_it_is() -> None:
    fields = [
        field
        for name, text in texts("*.html").items()
        if Path(name).name not in PASSED_ON
        for field in FIELD.findall(text)
    ]
    assert len(fields) > 6
    for field in fields:
        assert 'type="password"' in field
        assert set(re.findall(r'autocomplete="([^"]*)"', field)) <= FILLED
        assert "autocomplete" in field


def test_nothing_keeps_anyone_from_pasting() -> None:
    scripts = texts("*.js")
    assert "console/static/import.js" in scripts
    assert not [name for name, text in scripts.items() if re.search(r"""["']paste["']""", text)]
