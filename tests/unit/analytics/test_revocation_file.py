"""The file of revocations: what was written is read, and half a file is none."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.restoring.revocation_file import (
    Fact,
    Head,
    InvitationFact,
    KeyFact,
    LinkFact,
    PersonFact,
    RevocationFileError,
    TenantFact,
    lines,
    parse,
)

HEAD = Head(at=datetime(2026, 5, 3, 12, tzinfo=UTC))
INSTANTS = st.datetimes(timezones=st.just(UTC))
IDS = st.integers(1, 2**31 - 1)
FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(LinkFact, tenant=IDS, revoked_at=st.none() | INSTANTS, changed_at=INSTANTS),
    st.builds(
        TenantFact,
        tenant=IDS,
        members=st.dictionaries(IDS, st.sampled_from(["owner", "editor", "viewer"])),
        off_since=st.none() | INSTANTS,
    ),
    st.builds(KeyFact, tenant=IDS, revoked_at=INSTANTS),
    st.builds(InvitationFact, tenant=IDS, used_at=st.none() | INSTANTS, revoked_at=INSTANTS),
    st.builds(PersonFact, id=IDS, generation=IDS),
)


@given(st.lists(FACTS, max_size=4), st.data())
def test_what_was_written_is_read_and_a_part_of_it_is_refused(
    facts: list[Fact], data: st.DataObject
) -> None:
    whole = [*lines(HEAD, facts)]
    assert parse("kept", whole) == (HEAD, facts)
    gone = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(RevocationFileError):
        parse("kept", whole[:gone] + whole[gone + 1 :])


@pytest.mark.parametrize("text", ["", "{}", "no json", '{"kind":"head","version":2}', "\xff"])
def test_another_file_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(RevocationFileError, match="kept, line 1: "):
        parse("kept", [text])


def test_a_file_has_as_many_shops_as_its_head_says() -> None:
    """An export of two shops that lost one, with its rows counted anew, is no whole one."""
    told = [*lines(HEAD.model_copy(update={"shops": 2}), [])]
    with pytest.raises(RevocationFileError, match="0 shops, not 2"):
        parse("file", told)
    assert parse("file", [*lines(HEAD.model_copy(update={"shops": 0}), [])])[1] == []
