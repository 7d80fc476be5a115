"""An id in a path has one spelling."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from share_api.http.path_id import canonical_uuid


@given(st.uuids())
def test_an_id_is_read_in_its_one_spelling_alone(wanted: UUID) -> None:
    assert canonical_uuid(str(wanted)) == wanted
    others = {str(wanted).upper(), wanted.hex, f"{{{wanted}}}", wanted.urn} - {str(wanted)}
    assert [canonical_uuid(each) for each in others] == [None] * len(others)


@pytest.mark.parametrize("text", ["", "x", "0", "9d210d0b-a1c3-429a-832d-68be05824ce"])
def test_what_is_none_is_none(text: str) -> None:
    assert canonical_uuid(text) is None
