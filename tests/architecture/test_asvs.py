"""Every requirement of OWASP ASVS 5.0, levels 1 and 2, has an answer: a test, or a reason.

OAuth (V10) and WebRTC (V17) are left out: there are none here.
"""

import csv
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
from tests.architecture.test_security import names_in

ROOT = Path(__file__).parents[2]
SECTIONS: Final = (
    "V1.1:1,2 V1.2:1,2,3,4,5,6,7,8,9 V1.3:1,2,3,4,5,6,7,8,9,10,11 V1.4:1,2,3 V1.5:1,2 "
    "V2.1:1,2,3 V2.2:1,2,3 V2.3:1,2,3,4 V2.4:1 V3.2:1,2 V3.3:1,2,3,4 V3.4:1,2,3,4,5,6 "
    "V3.5:1,2,3,4,5 V3.7:1,2 V4.1:1,2,3 V4.2:1 V4.3:1,2 V4.4:1,2,3,4 V5.1:1 V5.2:1,2,3 "
    "V5.3:1,2 V5.4:1,2,3 V6.1:1,2,3 V6.2:1,2,3,4,5,6,7,8,9,10,11,12 V6.3:1,2,3,4 V6.4:1,2,3,4 "
    "V6.5:1,2,3,4,5 V6.6:1,2,3 V6.8:1,2,3,4 V7.1:1,2,3 V7.2:1,2,3,4 V7.3:1,2 V7.4:1,2,3,4,5 "
    "V7.5:1,2 V7.6:1,2 V8.1:1,2 V8.2:1,2,3 V8.3:1 V8.4:1 V9.1:1,2,3 V9.2:1,2,3,4 V11.1:1,2 "
    "V11.2:1,2,3 V11.3:1,2,3 V11.4:1,2,3,4 V11.5:1 V11.6:1 V12.1:1,2,3 V12.2:1,2 "
    "V12.3:1,2,3,4 V13.1:1 V13.2:1,2,3,4,5 V13.3:1,2 V13.4:1,2,3,4,5 V14.1:1,2 V14.2:1,2,3,4 "
    "V14.3:1,2,3 V15.1:1,2,3 V15.2:1,2,3 V15.3:1,2,3,4,5,6,7 V16.1:1 V16.2:1,2,3,4,5 "
    "V16.3:1,2,3,4 V16.4:1,2,3 V16.5:1,2,3"
)
"""Each section with the numbers of its requirements of the two levels."""
REQUIRED = [
    f"{section}.{number}"
    for section, _, numbers in (each.partition(":") for each in SECTIONS.split())
    for number in numbers.split(",")
]
TESTED, NOT_APPLICABLE, MISSED = "tested", "not applicable", "missed"

with (ROOT / "docs/security/asvs.csv").open(encoding="utf-8", newline="") as file:
    ANSWERS = list(csv.DictReader(file))


def test_every_requirement_has_one_answer() -> None:
    assert len(REQUIRED) == len(set(REQUIRED)) == 217
    given = Counter(each["requirement"] for each in ANSWERS)
    assert set(REQUIRED) - set(given) == set(), "without an answer"
    assert set(given) - set(REQUIRED) == set(), "no requirement of these levels"
    assert [name for name, count in given.items() if count > 1] == []


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda each: each["requirement"])
def test_an_answer_names_tests_that_exist_or_a_reason(answer: dict[str, str]) -> None:
    shown = answer["shown by"].split()
    assert answer["asks"]
    assert answer["answer"] in {TESTED, NOT_APPLICABLE, MISSED}
    assert bool(shown) is (answer["answer"] == TESTED)
    assert shown or answer["reason"]
    for each in shown:
        path, _, name = each.partition("::")
        assert name.startswith("test_")
        assert name in names_in(path), f"there is no {each}"


def test_the_threat_model_counts_the_answers() -> None:
    text = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    said = Counter(each["answer"] for each in ANSWERS)
    assert f"{said[TESTED]} are shown by tests" in text
    assert f"{said[NOT_APPLICABLE]} do not apply" in text
    assert f"{said[MISSED]} are missed" in text
