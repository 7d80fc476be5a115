"""Skipped tests are told of once a reason, whichever fixture or mark skipped them."""

from dataclasses import dataclass

from tests.support.skips import reasons


@dataclass
class Report:
    longrepr: object


def test_each_reason_is_one_line() -> None:
    browser = [Report((f"tests/browser/{n}.py", n, "Skipped: no browser")) for n in range(160)]
    nginx = [Report(("tests/integration/test_gateway.py", 7, "Skipped: no nginx"))]
    assert reasons([*nginx, *browser]) == [
        "SKIPPED 160 tests: no browser",
        "SKIPPED 1 test: no nginx",
    ]
    assert reasons([]) == []
