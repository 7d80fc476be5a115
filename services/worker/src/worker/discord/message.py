"""The message that shows a report in Discord: an embed, its picture, and the link to the page.

All its figures are the document's, so that they are those of the page and of the CSV. What the shop
named is escaped, and no user is notified. A field holds what Discord takes (see its "Embed
Limits").
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from common.jobs.discord_promises import plain
from common.reports.document.gaps import rule_of
from common.reports.document.known_days import is_all_unknown
from common.reports.document.schema import Document, LineChart, Naming
from worker.discord import chart_image
from worker.discord.wording import change, day, days_in_words, figure, gap_sentence, headline, span

FILE_NAME: Final = "report.png"
_NOBODY: Final[dict[str, Any]] = {"parse": []}
_MOST_KPIS: Final = 12
_LISTED: Final = 5
_COLOUR: Final = 0x4C9AFF
_ROW: Final = 1
_BUTTON: Final = 2
_LINK: Final = 5
_LONGEST_LABEL: Final = 256
_LONGEST_FIELD: Final = 1024


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: the JSON, and a PNG if there is one."""

    content: dict[str, Any]
    picture: bytes | None = None


def report_message(document: Document, *, link: str, expires_at: datetime) -> Message:
    """The message for a report; ``link`` opens its page until ``expires_at``."""
    drawn = chart_image.draw(document)
    embed = _embed(document, link, expires_at)
    content: dict[str, Any] = {
        "content": "",
        "allowed_mentions": _NOBODY,
        "embeds": [embed],
        "components": [_open(link)],
    }
    if drawn is not None:
        embed["image"] = {"url": f"attachment://{FILE_NAME}"}
        content["attachments"] = [
            {"id": 0, "filename": FILE_NAME, "description": drawn.description}
        ]
    return Message(content, None if drawn is None else drawn.png)


def text_message(text: str) -> Message:
    """A message of words alone, in the place of a report."""
    return Message(
        {
            "content": text,
            "allowed_mentions": _NOBODY,
            "embeds": [],
            "components": [],
            "attachments": [],
        }
    )


def _embed(document: Document, link: str, expires_at: datetime) -> dict[str, Any]:
    zone = ZoneInfo(document.timezone)
    as_of = document.as_of.astimezone(zone)
    moment = int(expires_at.timestamp())
    lines = [
        f"**{span(document.days)}** · {days_in_words(document.days)} in {plain(document.timezone)}",
        f"Compared with {span(document.previous_days)} · same weekdays",
        f"[Open the full report]({link}) · until <t:{moment}:f>",
    ]
    if document.empty:
        unknown = is_all_unknown(document.gaps, document.days.count)
        lines.insert(1, "Nothing is known of these days." if unknown else "No sales on these days.")
    return {
        "title": f"{document.title} · {plain(document.tenant_name)}"[:_LONGEST_LABEL],
        "url": link,
        "color": _COLOUR,
        "description": "\n".join(lines),
        "fields": [*_figures(document), *_gaps(document), *_in_front(document)],
        "footer": {
            "text": f"Data as of {day(as_of.date())}, {as_of:%H:%M} {as_of.tzname()}",
        },
    }


def _figures(document: Document) -> list[dict[str, Any]]:
    return [
        {
            "name": kpi.label,
            "value": f"**{headline(kpi, document)}**\n{change(kpi, document)}",
            "inline": True,
        }
        for kpi in document.kpis[:_MOST_KPIS]
    ]


def _gaps(document: Document) -> list[dict[str, Any]]:
    """What the data does not know, and what of it changed: a field a heading, a sentence a gap."""
    under: dict[str, list[str]] = {}
    for gap in document.gaps:
        rule, sentence = rule_of(gap), gap_sentence(gap)
        if rule is not None and sentence:
            under.setdefault(rule.heading, []).append(f"△ {sentence}")
    return [
        {"name": heading, "value": "\n".join(lines)[:_LONGEST_FIELD], "inline": False}
        for heading, lines in under.items()
    ]


def _in_front(document: Document) -> list[dict[str, Any]]:
    """The names behind the first bars of the picture, which shows numbers in their place."""
    chart = chart_image.chart_of(document)
    if isinstance(chart, LineChart) or chart is None or chart.naming is not Naming.NAMES:
        return []
    first = chart.series[0]
    lines = [
        f"`{place}` {plain(name)} · {figure(value, first.unit, document)}"
        for place, (name, value) in enumerate(
            zip(chart.labels[:_LISTED], first.values[:_LISTED], strict=True), 1
        )
    ]
    title = f"{chart.title}, {first.label.lower()}"
    return [{"name": title, "value": "\n".join(lines), "inline": False}] if lines else []


def _open(link: str) -> dict[str, Any]:
    button = {"type": _BUTTON, "style": _LINK, "label": "Open the full report", "url": link}
    return {"type": _ROW, "components": [button]}
