"""Routes of the activity: who did what, filtered, a page at a time, and all of it as CSV."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from accounts.audit_csv import audit_csv
from accounts.permissions import Permission
from common.db.pagination import Cursor, InvalidCursorError
from share_api.console.pages import page
from share_api.console.views.activity import ActivityChoice, activity_of, choice_of
from share_api.console.visit import CurrentVisit
from share_api.routes.permissions import needs
from share_api.routes.shares import csv_response

router = APIRouter()
ACTIVITY: Final = "/admin/activity"


def _choice(
    visit: CurrentVisit,
    who: Annotated[str, Query()] = "",
    what: Annotated[str, Query()] = "",
    first: Annotated[str, Query()] = "",
    last: Annotated[str, Query()] = "",
) -> ActivityChoice:
    return choice_of(visit, who=who, what=what, first=first, last=last)


Chosen = Annotated[ActivityChoice, Depends(_choice)]


@router.get(ACTIVITY, dependencies=[needs(Permission.AUDIT_READ)])
def show_activity(
    visit: CurrentVisit, chosen: Chosen, cursor: Annotated[str, Query()] = ""
) -> Response:
    """Who did what, newest first."""
    try:
        after = Cursor.decode(cursor) if cursor else None
    except InvalidCursorError:
        after = None
    found = activity_of(visit, chosen, after)
    return page(visit, "activity.html", "activity", activity=found, chosen=chosen)


@router.get(f"{ACTIVITY}/csv", dependencies=[needs(Permission.AUDIT_READ)])
def download(visit: CurrentVisit, chosen: Chosen) -> Response:
    """What the page shows, all of its pages, as CSV."""
    return csv_response(audit_csv(visit.db, chosen.wanted(visit.tenant.zone)), "activity.csv")
