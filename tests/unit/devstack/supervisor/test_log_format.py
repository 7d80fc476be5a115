"""Log lines in words, and whatever else a process says as it is."""

import io
import json

import pytest

from devstack.supervisor.console import Console
from devstack.supervisor.log_format import readable


def line(**entry: object) -> str:
    return json.dumps(
        {"time": "2026-05-02T10:11:12.345+00:00", "level": "info", "message": "said"} | entry
    )


def test_a_log_line_in_words() -> None:
    text = readable(line(service="worker", logger="worker.reports.compute", tenant_id=1, kept=True))
    assert text.endswith(" said tenant_id=1 kept=True")
    assert "worker" not in text
    assert "{" not in text


def test_what_is_not_information_says_its_level() -> None:
    assert " warning said" in readable(line(level="warning"))


def test_what_is_said_on_several_lines_stays_so() -> None:
    assert readable(line(message="one\ntwo", n=1)).splitlines()[1] == "two"


@pytest.mark.parametrize(
    "text", ["", "plain", "{", "{}", "[1]", '{"message": "x"}', '{"time": 1, "level"', "\x00"]
)
def test_other_lines_stay_as_they_are(text: str) -> None:
    assert readable(text) == text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_words_and_a_pipe_gets_lines() -> None:
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        Console(stream).said("worker", line())
    assert '"message"' not in terminal.getvalue()
    assert line() in pipe.getvalue()
