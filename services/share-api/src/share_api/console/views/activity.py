"""What was done to the shop, as the audit log has it, in the reader's words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from accounts.audit_log import AuditFilter, list_audit
from accounts.members import list_members
from common.db.audit import COMMAND_LINE, WORKER, Action, AuditEntry
from common.db.pagination import Cursor, Page, Paging
from common.reports.window import start_of_day
from share_api.console.visit import Visit

PAGE: Final = 50
_LONGEST_NAME: Final = 320
_YEARS: Final = (1970, 9000)
"""Days of other years are none that anything was done on, and no instants of a database."""


def _(words: str) -> str:
    """Marks words for the catalogs; they are translated where they are shown."""
    return words


ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Action.LINK_ISSUED: _("Link created"),
        Action.LINK_LABELLED: _("Link label changed"),
        Action.LINK_SHOWN: _("Link address shown"),
        Action.LINK_REVOKED: _("Link revoked"),
        Action.LINKS_REVOKED: _("Links revoked"),
        Action.LINK_PASSWORD_SET: _("Link password set"),
        Action.LINK_PASSWORD_REMOVED: _("Link password removed"),
        Action.SHARING_OFF: _("Sharing turned off"),
        Action.SHARING_ON: _("Sharing turned on"),
        Action.LINK_LIFE_CHANGED: _("Longest link lifetime changed"),
        Action.TEMPLATE_CREATED: _("Template saved"),
        Action.TEMPLATE_CHANGED: _("Template changed"),
        Action.TEMPLATE_DELETED: _("Template deleted"),
        Action.KEY_RETIRED: _("Signing key retired"),
        Action.LOGIN_SUCCEEDED: _("Logged in"),
        Action.PASSKEY_LOGIN: _("Logged in with a passkey"),
        Action.LOGIN_FAILED: _("Log-in refused"),
        Action.LOGIN_LOCKED: _("Log-in locked for a while"),
        Action.LOGOUT: _("Logged out"),
        Action.LOGOUT_EVERYWHERE: _("Logged out everywhere"),
        Action.PASSWORD_CHANGED: _("Password changed"),
        Action.PASSKEY_ADDED: _("Passkey added"),
        Action.PASSKEY_REMOVED: _("Passkey removed"),
        Action.MEMBER_ADDED: _("Admin added"),
        Action.MEMBER_REMOVED: _("Admin removed"),
        Action.MEMBER_INVITED: _("Admin invited"),
        Action.INVITATION_REVOKED: _("Invitation revoked"),
        Action.RESET_LINK_MADE: _("Password reset link created"),
        Action.ROLE_CHANGED: _("Role changed"),
        Action.API_KEY_CREATED: _("API key created"),
        Action.API_KEY_REVOKED: _("API key revoked"),
        Action.NAME_CHANGED: _("Shop renamed"),
        Action.TIMEZONE_CHANGED: _("Time zone changed"),
        Action.CURRENCY_CHANGED: _("Currency changed"),
        Action.GIFT_CARDS_CHANGED: _("Gift cards counted differently"),
        Action.BRAND_CHANGED: _("Brand changed"),
        Action.LINK_ADDRESS_CHANGED: _("Address for links changed"),
        Action.TENANT_MOVED: _("Shop moved to another server"),
        Action.DISCORD_CONNECTED: _("Discord connected"),
        Action.DISCORD_DISCONNECTED: _("Discord disconnected"),
        Action.IMPORT_STARTED: _("Import started"),
        Action.IMPORT_SUCCEEDED: _("Import done"),
        Action.IMPORT_FAILED: _("Import failed"),
        Action.SALES_RECEIVED: _("Sales received"),
        Action.CONNECTION_CREATED: _("Connection created"),
        Action.CONNECTION_ROTATED: _("Connection secret replaced"),
        Action.CONNECTION_PAUSED: _("Connection paused"),
        Action.CONNECTION_RESUMED: _("Connection resumed"),
        Action.EVENTS_REPLAYED: _("Connection events replayed"),
    }
)
"""Actions in words; one that is not among them is shown by its name."""


@dataclass(frozen=True, slots=True)
class ActivityView:
    """An entry in the reader's words."""

    entry: AuditEntry
    what: str
    at: str

    @property
    def report(self) -> str:
        """The report type that it was about; empty where it was about none."""
        return str((self.entry.details or {}).get("report", ""))


@dataclass(frozen=True, slots=True)
class ActivityChoice:
    """Which entries are wanted: whose, of which action, of which days of the shop; None for all.

    ``actions`` and ``people`` are what can be chosen.
    """

    actor: str
    action: Action | None
    first: date | None
    last: date | None
    actions: Sequence[tuple[str, str]]
    people: Sequence[str]

    def wanted(self, zone: ZoneInfo) -> AuditFilter:
        """The filter of the log: from the first instant of the first day to the end of the last."""
        return AuditFilter(
            action=self.action,
            actor=self.actor or None,
            start=start_of_day(self.first, zone) if self.first else None,
            end=start_of_day(self.last + timedelta(days=1), zone) if self.last else None,
        )

    @property
    def query(self) -> str:
        """The choice as part of an address; empty for none."""
        days = {"first": self.first, "last": self.last}
        chosen = {
            "who": self.actor,
            "what": self.action or "",
            **{name: day.isoformat() if day else "" for name, day in days.items()},
        }
        return urlencode({name: value for name, value in chosen.items() if value})

    def address(self, path: str, **more: str) -> str:
        """An address with the choice, and what is added to it."""
        return "?".join(filter(None, (path, "&".join(filter(None, (self.query, urlencode(more)))))))


def choice_of(visit: Visit, *, who: str, what: str, first: str, last: str) -> ActivityChoice:
    """The choice that an address names; what cannot be read of it chooses nothing."""
    told = {action: visit.words.text(words) for action, words in ACTIONS.items()}
    return ActivityChoice(
        actor=who.strip()[:_LONGEST_NAME].replace("\0", ""),
        action=Action(what) if what in told else None,
        first=_day(first),
        last=_day(last),
        actions=sorted(((str(name), words) for name, words in told.items()), key=lambda a: a[1]),
        people=[*(each.email for each in list_members(visit.db)), COMMAND_LINE.name, WORKER.name],
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _YEARS[0] <= found.year <= _YEARS[1] else None


def activity_of(visit: Visit, chosen: ActivityChoice, after: Cursor | None) -> Page[ActivityView]:
    """What was done, newest first."""
    found = list_audit(visit.db, Paging(PAGE, after), chosen.wanted(visit.tenant.zone))
    told: Callable[[AuditEntry], ActivityView] = lambda entry: ActivityView(  # noqa: E731
        entry,
        visit.words.text(ACTIONS.get(entry.action, entry.action)),
        visit.words.instant(entry.at, visit.tenant.zone),
    )
    return Page(tuple(map(told, found.items)), found.next)


def last_import(visit: Visit) -> str:
    """When sales last came in, by file or by command; empty before the first time."""
    for action in (Action.IMPORT_SUCCEEDED, Action.SALES_RECEIVED):
        found = list_audit(visit.db, Paging(1), AuditFilter(action=action))
        if found.items:
            return visit.words.instant(found.items[0].at, visit.tenant.zone)
    return ""
