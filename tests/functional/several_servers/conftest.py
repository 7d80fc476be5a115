"""The system on three PostgreSQL servers, each a copy of one that is made once."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.postgres_servers import create_template
from tests.support.spread import Spread, spread


@pytest.fixture(scope="package")
def system() -> Iterator[Spread]:
    """The system, one for all that is tried here; its shops are the tests' own."""
    with tempfile.TemporaryDirectory(prefix="analytics-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        place.chmod(0o755)  # PostgreSQL's unprivileged user has to enter it
        with spread(create_template(place / "template"), place) as running:
            yield running
