"""What a link shows by its options, at any moment and in any zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.samples import Sample

from common.links.options import PLAIN, LinkOptions
from common.links.tenant_names import TenantName
from common.reports.window import Period, window_of
from report_viewer.links.shown import Shown, ShownLinks

LIVE = LinkOptions(live=Period.MONTH)
ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"}))
MOMENTS = st.integers(1_577_836_800, 2_114_380_800).map(lambda at: datetime.fromtimestamp(at, UTC))


class Clock:
    """A clock that is set."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def named(zone: str) -> bytes:
    return msgspec.json.encode(TenantName("Shop", zone))


@given(moment=MOMENTS, zone=ZONES, period=st.sampled_from(Period), part=st.floats(0, 0.999))
def test_a_live_link_shows_the_window_of_one_issued_now(
    moment: datetime, zone: str, period: Period, part: float
) -> None:
    claims, clock = Sample().claims, Clock(moment)
    links = ShownLinks(clock)
    shown = links.learn(claims, LinkOptions(live=period), named(zone))
    assert shown is not None
    assert shown.claims.window == window_of(period, ZoneInfo(zone), now=moment)
    moves = datetime.fromtimestamp(shown.moves_at, UTC)
    assert moment < moves <= moment + timedelta(hours=49)  # a zone may leave a day out
    clock.now = moment + (moves - moment) * part
    assert links.now(claims) == shown
    clock.now = moves
    later = links.now(claims).claims.window
    assert later == window_of(period, ZoneInfo(zone), now=moves)
    assert later.end > shown.claims.window.end


def test_a_day_of_23_and_one_of_25_hours_are_whole_days() -> None:
    claims, clock = Sample().claims, Clock(datetime(2026, 3, 29, 12, tzinfo=UTC))
    links = ShownLinks(clock)
    shown = links.learn(claims, LIVE, named("Europe/Berlin"))
    assert shown is not None
    assert shown.moves_at == datetime(2026, 3, 29, 22, tzinfo=UTC).timestamp()
    assert shown.claims.window.end == datetime(2026, 3, 28, 23, tzinfo=UTC)
    clock.now = datetime(2026, 10, 25, 12, tzinfo=UTC)
    assert links.now(claims).moves_at == datetime(2026, 10, 25, 23, tzinfo=UTC).timestamp()


def test_another_zone_of_the_tenant_cuts_other_days() -> None:
    claims, clock = Sample().claims, Clock(datetime(2026, 5, 1, 20, tzinfo=UTC))
    links = ShownLinks(clock)
    ends = []
    for zone in ("Europe/Berlin", "Asia/Tokyo"):
        shown = links.learn(claims, LIVE, named(zone))
        assert shown is not None
        assert links.now(claims) == shown
        ends.append(shown.claims.window.end)
    assert ends == [datetime(2026, 4, 30, 22, tzinfo=UTC), datetime(2026, 5, 1, 15, tzinfo=UTC)]


@pytest.mark.parametrize("name", [None, b"junk", named("No/Such"), named("../../etc/passwd")])
def test_without_a_zone_it_is_not_known_what_it_shows(name: bytes | None) -> None:
    assert ShownLinks().learn(Sample().claims, LIVE, name) is None


def test_a_plain_link_shows_what_its_token_says() -> None:
    claims, links = Sample().claims, ShownLinks()
    assert links.now(claims) == links.learn(claims, PLAIN, None) == Shown(claims)
    assert links.learn(claims, LIVE, named("UTC")) != Shown(claims)
    assert links.now(
        Sample(tenant_id=claims.tenant_id + 1, link_id=claims.link_id).claims
    ).claims != (links.now(claims).claims)
    links.learn(claims, PLAIN, None)
    assert links.now(claims) == Shown(claims)
