"""What was done to the shop, as the audit log has it, in the reader's words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from accounts.audit_log import AuditFilter, list_audit
from common.db.audit import Action, AuditEntry
from common.db.pagination import Cursor, Page, Paging
from share_api.console.visit import Visit

PAGE: Final = 50


def _(words: str) -> str:
    """Marks words for the catalogs; they are translated where they are shown."""
    return words


ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Action.LINK_ISSUED: _("Link made"),
        Action.LINK_LABELLED: _("Label of a link changed"),
        Action.LINK_SHOWN: _("Address of a link shown"),
        Action.LINK_REVOKED: _("Link revoked"),
        Action.LINKS_REVOKED: _("Links revoked"),
        Action.LINK_PASSWORD_SET: _("Password of a link set"),
        Action.LINK_PASSWORD_REMOVED: _("Password of a link removed"),
        Action.SHARING_OFF: _("Sharing turned off"),
        Action.SHARING_ON: _("Sharing turned on"),
        Action.KEY_RETIRED: _("Signing key retired"),
        Action.LOGIN_SUCCEEDED: _("Logged in"),
        Action.LOGIN_FAILED: _("Log-in refused"),
        Action.LOGIN_LOCKED: _("Log-in locked for a while"),
        Action.LOGOUT: _("Logged out"),
        Action.LOGOUT_EVERYWHERE: _("Logged out everywhere"),
        Action.PASSWORD_CHANGED: _("Password changed"),
        Action.MEMBER_ADDED: _("Admin added"),
        Action.MEMBER_REMOVED: _("Admin removed"),
        Action.MEMBER_INVITED: _("Admin invited"),
        Action.INVITATION_REVOKED: _("Invitation revoked"),
        Action.RESET_LINK_MADE: _("Link for a new password made"),
        Action.ROLE_CHANGED: _("Role changed"),
        Action.API_KEY_CREATED: _("API key made"),
        Action.API_KEY_REVOKED: _("API key revoked"),
        Action.NAME_CHANGED: _("Shop renamed"),
        Action.TIMEZONE_CHANGED: _("Time zone changed"),
        Action.CURRENCY_CHANGED: _("Currency changed"),
        Action.GIFT_CARDS_CHANGED: _("Gift cards counted otherwise"),
        Action.DISCORD_CONNECTED: _("Discord connected"),
        Action.DISCORD_DISCONNECTED: _("Discord disconnected"),
        Action.IMPORT_STARTED: _("Import started"),
        Action.IMPORT_SUCCEEDED: _("Import done"),
        Action.IMPORT_FAILED: _("Import failed"),
        Action.SALES_RECEIVED: _("Sales received"),
        Action.CONNECTION_CREATED: _("Connection made"),
        Action.CONNECTION_ROTATED: _("Secret of a connection replaced"),
        Action.CONNECTION_PAUSED: _("Connection paused"),
        Action.CONNECTION_RESUMED: _("Connection resumed"),
        Action.EVENTS_REPLAYED: _("Events of a connection replayed"),
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


def activity_of(visit: Visit, after: Cursor | None) -> Page[ActivityView]:
    """What was done, newest first."""
    found = list_audit(visit.db, Paging(PAGE, after), AuditFilter())
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
