"""Commands of links with a password: made, changed and removed, and told nowhere."""

import re

import pytest
from redis import Redis
from tests.integration.share_api.conftest import Command, World
from tests.integration.share_api.test_link_options import OTHER, PASSWORD, options_in
from tests.support.samples import SECRET

from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.instants import now
from common.links import unlocking
from common.links.ranges import Range
from common.links.token import KeyRing
from common.reports.comparison import Comparison
from common.reports.redaction import Redaction
from common.reports.window import Period

SIGNING = {
    "ANALYTICS_SHARE_SIGNING_SECRET": SECRET,
    "PUBLIC_BASE_URL": "https://app.example.com",
}
SHARE = ("share", "revenue-overview", "--tenant", "berlin")


def test_a_link_with_a_password_is_made_changed_and_opened_to_all(
    command: Command, world: World, redis_client: Redis
) -> None:
    ranges = ("--range", "month", "--range", "7d", "--range", "month", "--compare", "last-year")
    hidden = ("--hide", "money", "--hide", "waterfall")
    made = command(
        *SHARE,
        "--live",
        *ranges,
        *hidden,
        "--password-stdin",
        given=f"{PASSWORD}\r\nx\n",
        **SIGNING,
    )
    assert made.exit_code == 0, made.stderr
    claims = KeyRing(SECRET).verify(made.stdout.strip().rpartition("/")[2], now=now())
    first = options_in(redis_client, claims)
    assert first.live is Period.MONTH
    assert first.ranges == (Range.THIS_MONTH, Range.WEEK)
    assert first.compare is Comparison.LAST_YEAR
    assert first.hide == Redaction(sections=("waterfall",), money=True)
    assert first.password is not None
    assert unlocking.matches(first.password, PASSWORD)
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        (entry,) = [str(share.id) for share in session.query(Share)]
    assert entry in made.stderr
    link = ("link-password", entry, "--tenant", "berlin")
    changed = command(*link, "--password-stdin", given=f"{OTHER}\n")
    assert changed.stdout == "the link has a new password\n"
    second = options_in(redis_client, claims)
    assert second.password is not None
    assert (second.revision, unlocking.matches(second.password, OTHER)) == (1, True)
    typed = command(*link, given=f"{PASSWORD}\n{PASSWORD}\n")
    assert typed.exit_code == 0, typed.stderr
    third = options_in(redis_client, claims).password
    assert third is not None
    assert unlocking.matches(third, PASSWORD)
    removed = command(*link, "--remove")
    assert removed.stdout == "the link asks for no password\n"
    assert options_in(redis_client, claims).password is None
    for said in (made, changed, typed, removed):
        assert PASSWORD not in said.output
        assert OTHER not in said.output


@pytest.mark.parametrize(
    ("arguments", "given", "reason"),
    [
        ((*SHARE, "--password-stdin"), "short\n", "8 to 128 characters"),
        ((*SHARE, "--password-stdin"), "", "8 to 128 characters"),
        ((*SHARE, "--live", "--frozen"), "", "not with --live"),
        ((*SHARE, "--embed", "http://a.example"), "", "https://host"),
        (("link-password", "x", "--tenant", "berlin"), "", "UUID"),
        (
            ("link-password", "{id}", "--tenant", "berlin", "--remove", "--password-stdin"),
            "",
            "takes no password",
        ),
        (("link-password", "{id}", "--tenant", "berlin", "--password-stdin"), "x\n", "8 to 128"),
        (("link-password", "{id}", "--tenant", "tokyo", "--remove"), "", "no such"),
        (("link-password", "{id}", "--tenant", "nowhere", "--remove"), "", "nowhere"),
        (("share", "bogus", "--tenant", "berlin"), "", "'bogus'; there are: revenue-overview, "),
        ((*SHARE, "--expires-in", "0"), "", "expiresInSeconds must be from 1 to"),
        ((*SHARE, "--hide", "bogus"), "", "hide/sections/0 is no section of the report"),
    ],
)
def test_what_cannot_be_is_said_in_a_line_and_changes_nothing(
    command: Command,
    world: World,
    redis_client: Redis,
    arguments: tuple[str, ...],
    given: str,
    reason: str,
) -> None:
    made = command(*SHARE, "--password-stdin", given=f"{PASSWORD}\n", **SIGNING)
    claims = KeyRing(SECRET).verify(made.stdout.strip().rpartition("/")[2], now=now())
    before = options_in(redis_client, claims)
    found = re.search(r"[0-9a-f-]{36}", made.stderr)
    assert found
    filled = [each.format(id=found[0]) for each in arguments]
    done = command(*filled, given=given, **SIGNING)
    assert done.exit_code != 0
    assert reason in done.stderr
    assert options_in(redis_client, claims) == before
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        assert session.query(Share).count() == 1
