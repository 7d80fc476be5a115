"""Both services do what their OpenAPI documents say, whatever is sent (schemathesis).

Every operation of both documents is asked with right and with wrong data, over real processes: no
server error, no status, content type, header or schema that the document does not have, no method
beyond it, and nothing taken that is wrong by it. (That something right is refused is no fault: a
document cannot say everything, such as which characters count as printable.)
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.core.result import Err, Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance
from tests.support import hypothesis_profiles
from tests.support.conforming import Conforming, conforming
from tests.support.databases import Databases

pytestmark = [pytest.mark.xdist_group("openapi"), pytest.mark.hypothesis]
few = settings(
    max_examples=hypothesis_profiles.examples(12),
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def running(databases: Databases) -> Iterator[Conforming]:
    with (
        tempfile.TemporaryDirectory(prefix="analytics-", ignore_cleanup_errors=True) as name,
        databases.fresh() as owner_url,
        conforming(databases.as_service(owner_url), Path(name)) as each,
    ):
        yield each


Operation = APIOperation[Any, Any, Any, Any]


def operations_of(url: str) -> list[Operation]:
    """The operations of a service's own document, in its order."""
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    found = list(schema.get_all_operations())
    assert not [each.err() for each in found if isinstance(each, Err)]
    return [each.ok() for each in found if isinstance(each, Ok)]


def ask(operation: Operation, headers: dict[str, str]) -> None:
    """Try the operation with examples of right and of wrong data."""

    @few
    @given(case=operation.as_strategy())
    def answers_as_described(case: Case[Any]) -> None:
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    answers_as_described()


def hold_to_its_document(url: str, headers: Callable[[], dict[str, str]]) -> None:
    """Ask every operation; ``headers`` are made anew for each of them."""
    wrong = []
    for operation in operations_of(url):
        try:
            ask(operation, headers())
        except Exception as error:  # noqa: BLE001 - all of them are told together
            wrong.append(f"{operation.label}\n{error}")
    assert not wrong, "\n".join(wrong)


def test_share_api_as_an_admin(running: Conforming) -> None:
    hold_to_its_document(running.share_api, lambda: {"Cookie": running.session()})


def test_share_api_as_nobody(running: Conforming) -> None:
    hold_to_its_document(running.share_api, dict)


def test_viewer(running: Conforming) -> None:
    hold_to_its_document(running.viewer, dict)


def test_the_documents_have_the_operations(running: Conforming) -> None:
    """Else nothing was asked above."""
    admin, viewer = map(operations_of, (running.share_api, running.viewer))
    assert {"POST /api/admin/session", "GET /api/admin/analytics/shares"} <= labels(admin)
    assert {"GET /api/reports/{token}", "GET /api/reports/{token}/csv"} <= labels(viewer)


def labels(operations: list[Operation]) -> set[str]:
    return {operation.label for operation in operations}
