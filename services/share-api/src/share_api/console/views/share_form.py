"""The form of a new link: what can be shared, over which days, and for how long."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from common.db.shares import MAX_LABEL_LENGTH
from common.instants import now
from common.links.options import LinkKind
from common.links.ranges import Range
from common.reports import registry
from common.reports.comparison import Comparison
from common.reports.window import Period, window_of
from share_api.console.forms.body import Form
from share_api.console.views.choice import Choice
from share_api.console.views.hiding import NONE, HidingChoices, hiding_choices
from share_api.console.views.link_body import DATES, has_password
from share_api.console.views.links import days_of
from share_api.console.views.preview import preview_path
from share_api.console.visit import Visit
from sharing.issuing_context import IssuingContext
from sharing.policy import held_to_policy

DAY: Final = 86_400
_LONGEST_ORIGINS: Final = 2000
_LONGEST_NAME: Final = 200
_SECONDS: Final = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_MINUTE: Final = 60
_PRESETS: Final = (1, 7, 30, 90, 365)
"""For how many days a link may open."""


@dataclass(frozen=True, slots=True)
class ShareForm:
    """The choices of the form, and those made; ``most`` is the shop's own bound, if it has one.

    A ``protected`` link needs a password; one that was sent is not given back: ``retype`` says so.
    """

    reports: Sequence[Choice]
    periods: Sequence[Choice]
    lives: Sequence[Choice]
    kinds: Sequence[Choice]
    report: str
    period: str
    life: str
    kind: str
    first: str = ""
    last: str = ""
    label: str = ""
    protected: bool = False
    retype: bool = False
    most: str = ""
    ranges: Sequence[Choice] = ()
    chosen: Sequence[str] = ()
    embed: str = ""
    comparisons: Sequence[Choice] = ()
    compare: str = Comparison.PREVIOUS
    hiding: HidingChoices = NONE
    also: Sequence[str] = ()
    changes: bool = False
    template: str = ""

    @property
    def more(self) -> bool:
        """Whether something is chosen that most links go without."""
        plain = self.kind == LinkKind.FIXED and self.compare == Comparison.PREVIOUS
        return (
            self.protected
            or not plain
            or bool(self.chosen or self.embed or self.hiding.chosen or self.also or self.changes)
        )

    @property
    def days(self) -> str:
        """The days as the address of a preview has them; the last month until some are chosen."""
        if self.period != DATES:
            return self.period
        return f"{self.first}..{self.last}" if self.first or self.last else Period.MONTH.value

    @property
    def board(self) -> tuple[str, ...]:
        """The reports that the link is to show, the one that opens first in front."""
        known = [each.value for each in self.reports]
        return tuple(dict.fromkeys(each for each in (self.report, *self.also) if each in known))

    @property
    def tabs(self) -> tuple[Choice, ...]:
        """Every report, those of the link first and in its order."""
        places = {report: place for place, report in enumerate(self.board)}
        return tuple(sorted(self.reports, key=lambda each: places.get(each.value, len(places))))

    @property
    def preview(self) -> str:
        """Where what is chosen is shown."""
        return self.preview_of(self.report)

    def preview_of(self, report: str) -> str:
        """Where a report is shown as the link is to show it."""
        others = [each for each in self.board if each != report]
        hidden = self.hiding.redaction(report, others)
        return preview_path(report, self.days, Comparison(self.compare), hidden)

    @property
    def days_query(self) -> str:
        """The days, and what they are compared with, as the address of a form has them."""
        chosen = {"period": self.period, "first": self.first, "last": self.last}
        if self.compare != Comparison.PREVIOUS:
            chosen["compare"] = self.compare
        return urlencode({name: value for name, value in chosen.items() if value})

    @property
    def query(self) -> str:
        """The report and its days as the address of a form has them."""
        return f"{urlencode({'report': self.report})}&{self.days_query}"


def share_form(visit: Visit, form: Form) -> ShareForm:
    """The form, with what ``form`` has chosen of it already."""
    words = visit.words
    reports = [
        Choice(each.slug, words.text(each.title), words.text(each.description))
        for each in registry.implemented()
    ]
    periods = [
        Choice(
            each.value,
            words.counted("%(count)s day", "%(count)s days", each.days),
            days_of(visit, window_of(each, visit.tenant.zone, now=now())),
        )
        for each in Period
    ]
    periods.append(Choice(DATES, words.text("Chosen dates")))
    using, kinds = held_to_policy(visit.container.issuing, visit.tenant.id), _kinds(visit)
    lives, comparisons = _lives(visit, using, form.one("life")), _comparisons(visit)
    return ShareForm(
        reports,
        periods,
        lives,
        kinds,
        report=_chosen(form.one("report"), reports, reports[0].value),
        period=_chosen(form.one("period"), periods, Period.MONTH.value),
        life=_chosen(form.one("life"), lives, str(using.ttl_seconds)),
        kind=_chosen(form.one("kind"), kinds, LinkKind.FIXED),
        first=form.one("first")[:10],
        last=form.one("last")[:10],
        label=form.one("label")[:MAX_LABEL_LENGTH],
        protected=has_password(form),
        retype=has_password(form) and bool(form.one("password")),
        most=_life(visit, using.max_ttl_seconds)
        if using.max_ttl_seconds < visit.container.issuing.max_ttl_seconds
        else "",
        ranges=_ranges(visit),
        chosen=form.all("range"),
        embed=form.one("embed")[:_LONGEST_ORIGINS],
        comparisons=comparisons,
        compare=_chosen(form.one("compare"), comparisons, Comparison.PREVIOUS),
        hiding=hiding_choices(visit, form.all("hide")),
        also=form.all("also"),
        changes=form.one("changes") == "yes",
        template=form.one("template")[:_LONGEST_NAME],
    )


def _kinds(visit: Visit) -> list[Choice]:
    """How the days and figures of a link stand to the time that passes."""
    text = visit.words.text
    return [
        Choice(LinkKind.FIXED, text("Fixed days"), text("later corrections are shown")),
        Choice(LinkKind.LIVE, text("Rolling days"), text("always the last complete days")),
        Choice(LinkKind.FROZEN, text("Frozen"), text("days and figures stay as they are now")),
    ]


def _ranges(visit: Visit) -> list[Choice]:
    """What the link's readers may choose."""
    text, counted = visit.words.text, visit.words.counted
    return [
        *(
            Choice(each.value, counted("%(count)s day", "%(count)s days", each.days))
            for each in Period
        ),
        Choice(Range.THIS_MONTH, text("Month to yesterday")),
        Choice(Range.LAST_MONTH, text("Last month")),
        Choice(Range.CUSTOM, text("Any dates")),
    ]


def _comparisons(visit: Visit) -> list[Choice]:
    """What its days may be shown beside."""
    text = visit.words.text
    return [
        Choice(Comparison.PREVIOUS, text("The same weekdays before")),
        Choice(Comparison.LAST_YEAR, text("Last year"), text("the same weekdays")),
    ]


def _lives(visit: Visit, using: IssuingContext, chosen: str) -> list[Choice]:
    """The presets within what the shop allows, what a link lives by default, and what is chosen."""
    seconds = {days * DAY for days in _PRESETS} | {using.ttl_seconds}
    if _SECONDS.fullmatch(chosen) and int(chosen) >= _MINUTE:
        seconds.add(int(chosen))
    return [
        Choice(str(each), _life(visit, each))
        for each in sorted(seconds)
        if each <= using.max_ttl_seconds
    ]


def _life(visit: Visit, seconds: int) -> str:
    counted = visit.words.counted
    if seconds % DAY == 0:
        return counted("%(count)s day", "%(count)s days", seconds // DAY)
    return counted("%(count)s minute", "%(count)s minutes", seconds // 60)


def _chosen(value: str, choices: Sequence[Choice], default: str) -> str:
    return value if value in {each.value for each in choices} else default
