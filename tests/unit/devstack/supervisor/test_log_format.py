"""Log lines in words, and whatever else a process says as it is."""

import io
import json

import pytest

from devstack.supervisor.console import Console
from devstack.supervisor.log_format import LogFormat, as_text


def line(**entry: object) -> str:
    return json.dumps(
        {"time": "2026-05-02T10:11:12.345+00:00", "level": "info", "message": "said"} | entry
    )


def test_a_log_line_in_words() -> None:
    text = as_text(line(service="worker", logger="worker.reports.compute", tenant_id=1, kept=True))
    assert text.endswith(" said tenant_id=1 kept=True")
    assert "worker" not in text
    assert "{" not in text


def test_what_is_not_information_says_its_level() -> None:
    assert " warning said" in as_text(line(level="warning"))


def test_what_is_said_on_several_lines_stays_so() -> None:
    assert as_text(line(message="one\ntwo", n=1)).splitlines()[1] == "two"


@pytest.mark.parametrize(
    "text", ["", "plain", "{", "{}", "[1]", '{"message": "x"}', '{"time": 1, "level"', "\x00"]
)
def test_other_lines_stay_as_they_are(text: str) -> None:
    assert as_text(text) == text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_log_lines_are_in_words_wherever_they_go(stream: type[io.StringIO]) -> None:
    output = stream()
    Console(output).log("worker", line(message="one\ntwo", tenant_id=1))
    first, second = output.getvalue().splitlines()
    assert first.endswith("one tenant_id=1")
    assert second.endswith("two")
    assert all("worker" in each and "{" not in each for each in (first, second))
    assert ("\x1b" in first) is output.isatty()


def test_log_lines_are_json_on_request() -> None:
    output = io.StringIO()
    Console(output, LogFormat.JSON).log("worker", line())
    assert output.getvalue() == f"{'worker':<13} | {line()}\n"
