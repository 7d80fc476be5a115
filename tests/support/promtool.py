"""Prometheus' own tool for rules: whether they are valid, and which fire over given series."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

PROGRAM: Final = shutil.which("promtool")

needed = pytest.mark.skipif(
    PROGRAM is None and os.environ.get("ANALYTICS_REQUIRE_PROMTOOL") != "1",
    reason="promtool (of Prometheus) is not installed",
)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """What promtool says."""
    assert PROGRAM is not None, "promtool is demanded and not installed"
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def fired(
    place: Path,
    rules: Path,
    series: Mapping[str, str],
    expected: Sequence[tuple[Mapping[str, Any], Mapping[str, str]]],
    *,
    at: str,
) -> str:
    """Where the alerts that fire ``at`` a time are not the ``expected``; empty where they are.

    ``series`` are told each minute. Those expected are rules, with the labels of their series.
    """
    every = json.loads(json.dumps(expected))
    test = {
        "rule_files": [str(rules)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": key, "values": each} for key, each in series.items()],
                "alert_rule_test": [
                    {
                        "eval_time": at,
                        "alertname": name,
                        "exp_alerts": [
                            {
                                "exp_labels": {**rule["labels"], **labels},
                                "exp_annotations": rule["annotations"],
                            }
                            for rule, labels in every
                            if rule["alert"] == name
                        ],
                    }
                    for name in _names(rules)
                ],
            }
        ],
    }
    file = place / "test.json"  # which is YAML
    file.write_text(json.dumps(test), encoding="utf-8")
    done = run("test", "rules", file)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _names(rules: Path) -> list[str]:
    lines = rules.read_text(encoding="utf-8").splitlines()
    return [line.partition("alert: ")[2] for line in lines if "alert: " in line]
