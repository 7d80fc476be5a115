"""The form of a link as the body that the API takes."""

from typing import Final

from common.links.options import LinkKind
from common.reports.redaction import Redaction
from share_api.console.forms.body import Form
from share_api.console.views.hiding import redaction_of

DATES: Final = "dates"
"""The period of a link to days of the calendar."""
_FLAGS: Final = (LinkKind.LIVE, LinkKind.FROZEN, "changes")


def link_body(form: Form) -> dict[str, object]:
    """What the form says, and nothing of what it leaves as it is."""
    life = form.one("life")
    wanted = _days(form) | _reports(form)
    if form.one("label").strip():
        wanted["label"] = form.one("label").strip()
    flags = (form.one("kind"), "changes" if form.one("changes") else "")
    wanted |= dict.fromkeys((each for each in flags if each in _FLAGS), True)
    if form.all("range"):
        wanted["ranges"] = form.all("range")
    if form.one("compare"):
        wanted["compare"] = form.one("compare")
    if form.one("embed").split():
        wanted["embed"] = form.one("embed").split()
    if has_password(form):
        wanted["password"] = form.one("password")
    if life:
        wanted["expiresInSeconds"] = int(life) if life.isascii() and life.isdigit() else life
    return wanted


def has_password(form: Form) -> bool:
    """Whether the link is to have a password: what is to have one loses it only if that is said."""
    wanted = form.one("password") or form.one("protected")
    return bool(wanted) and form.one("unprotected") != "yes"


def _days(form: Form) -> dict[str, object]:
    """The days that the link is to show."""
    if form.one("period") == DATES:
        return {"dates": {"first": form.one("first"), "last": form.one("last")}}
    return {"period": form.one("period")}


def _reports(form: Form) -> dict[str, object]:
    """The reports of its board, the one that opens first in front, and what is left out of them."""
    reports = list(dict.fromkeys((form.one("report"), *form.all("also"))))
    wanted: dict[str, object] = {"reports": reports} if len(reports) > 1 else {}
    hidden = redaction_of(reports, form.all("hide"))
    if hidden:
        wanted["hide"] = _hidden(hidden)
    return wanted


def _hidden(hidden: Redaction) -> dict[str, object]:
    """What is left out, as the body has it."""
    said = {"sections": list(hidden.sections), "csv": hidden.csv, "money": hidden.money}
    shown = {"margin": False} if hidden.margin else {}
    return {name: value for name, value in said.items() if value} | shown
