"""Templates as the console shows them, and as the form of a new link takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from common.db.link_templates import LinkTemplate
from common.db.shares import Share
from common.links.options import LinkKind
from common.reports.comparison import Comparison
from common.reports.document.schema import Days
from common.reports.redaction import NOTHING
from common.reports.window import Period
from share_api.console.views.hiding import values_of
from share_api.console.views.link_body import DATES
from share_api.console.views.links import traits_of
from share_api.console.visit import Visit
from sharing.link_wish import LinkWish, decode
from sharing.templates import list_templates

_UNREADABLE: Final = LinkWish()
"""What another version saved, and this one does not know."""


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A template in the reader's words; ``form`` is the form of a link that it fills in."""

    id: UUID
    name: str
    report: str
    days: str
    traits: tuple[str, ...]
    form: str


def templates_of(visit: Visit) -> Sequence[TemplateView]:
    """The shop's templates, by name."""
    return [_view(visit, each) for each in list_templates(visit.db)]


def _view(visit: Visit, template: LinkTemplate) -> TemplateView:
    try:
        wish = decode(template.wanted)
    except ValueError:
        wish = _UNREADABLE
    share = _as_shared(wish)
    return TemplateView(
        id=template.id,
        name=template.name,
        report=share.report,
        days=_days(visit, wish),
        traits=traits_of(visit, share),
        form=f"/admin/links/new?{_query(wish, share)}",
    )


def _as_shared(wish: LinkWish) -> Share:
    """The entry that a link from it would have, as far as it is told."""
    kind, compare = wish.kind or LinkKind.FIXED, wish.compare or Comparison.PREVIOUS
    return Share(
        report=wish.report or "",
        reports=list(wish.reports) if wish.reports and len(wish.reports) > 1 else None,
        kind=kind.value,
        ranges=[each.value for each in wish.ranges or ()] or None,
        embed=list(wish.embed or ()) or None,
        compare=None if compare is Comparison.PREVIOUS else compare.value,
        hide=list((wish.hide or NOTHING).words) or None,
        changes=wish.changes or None,
        password_hash="-" if wish.protected else None,
    )


def _days(visit: Visit, wish: LinkWish) -> str:
    if wish.dates is not None:
        first, last = wish.dates.first, wish.dates.last
        return visit.words.calendar.span(Days(first, last, (last - first).days + 1))
    count = (wish.period or Period.MONTH).days
    return visit.words.counted("%(count)s day", "%(count)s days", count)


def _query(wish: LinkWish, share: Share) -> str:
    """What the address of the form has of it."""
    chosen: dict[str, object] = {
        "report": share.report,
        "period": wish.period or Period.MONTH,
        "also": [each for each in share.reports or () if each != share.report],
        "kind": share.kind,
        "range": share.ranges or (),
        "compare": share.compare or "",
        "hide": values_of(share),
        "changes": "yes" if share.changes else "",
        "embed": " ".join(share.embed or ()),
        "life": wish.expires_in or "",
        "protected": "yes" if wish.protected else "",
    }
    if wish.dates is not None:
        first, last = wish.dates.first.isoformat(), wish.dates.last.isoformat()
        chosen |= {"period": DATES, "first": first, "last": last}
    return urlencode({name: value for name, value in chosen.items() if value}, doseq=True)
