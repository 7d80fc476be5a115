"""Link wish: what is said of a link that is wanted, by who issues it or by a template.

What is not said is None: a template says it, or the default holds. What is said goes over what a
template says, days over days.
"""

from typing import Any, Final, Self
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from common.db.audit import Author
from common.links.options import LinkKind
from common.links.ranges import Range
from common.reports.comparison import Comparison
from common.reports.redaction import NOTHING, Redaction
from common.reports.window import Dates, Period
from sharing.issue_errors import PasswordWantedError
from sharing.link_request import LinkRequest

_DAYS: Final = frozenset({"period", "dates"})


class LinkWish(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """Options as ``LinkRequest`` has them; ``protected`` says that the link asks for a password.

    The password itself is no part of it: it stands in no template.
    """

    report: str | None = None
    reports: tuple[str, ...] | None = None
    period: Period | None = None
    dates: Dates | None = None
    kind: LinkKind | None = None
    ranges: tuple[Range, ...] | None = None
    embed: tuple[str, ...] | None = None
    compare: Comparison | None = None
    hide: Redaction | None = None
    changes: bool | None = None
    expires_in: int | None = None
    protected: bool | None = None

    @property
    def said(self) -> dict[str, Any]:
        """What is said, by the names of its fields."""
        found = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in found.items() if value is not None}

    def over(self, template: Self) -> Self:
        """What is said here, and else what the template says."""
        said = self.said
        if said.keys() & _DAYS:
            template = replace(template, period=None, dates=None)
        return replace(template, **said)

    def request(
        self,
        tenant_id: int,
        zone: ZoneInfo,
        author: Author,
        *,
        password: str | None = None,
        label: str | None = None,
        template: str | None = None,
    ) -> LinkRequest:
        """What is asked for, with defaults for what is not said. Its report is said.

        Raises:
            PasswordWantedError: the link asks for a password, and there is none.
        """
        if self.protected and password is None:
            raise PasswordWantedError
        return LinkRequest(
            tenant_id=tenant_id,
            zone=zone,
            report=self.report or "",
            days=self.dates or self.period or Period.MONTH,
            author=author,
            expires_in=self.expires_in,
            kind=self.kind or LinkKind.FIXED,
            password=password,
            label=label,
            ranges=self.ranges or (),
            embed=self.embed or (),
            compare=self.compare or Comparison.PREVIOUS,
            hide=self.hide or NOTHING,
            changes=bool(self.changes),
            reports=self.reports or (),
            template=template,
        )


def encode(wish: LinkWish) -> dict[str, Any]:
    """The wish as a template's row has it."""
    made: dict[str, Any] = msgspec.to_builtins(wish)
    return made


def decode(data: dict[str, Any]) -> LinkWish:
    """What a template's row wants.

    Raises:
        ValueError: something that this version does not know.
    """
    try:
        return msgspec.convert(data, LinkWish)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
