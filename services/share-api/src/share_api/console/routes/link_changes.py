"""Routes that change a link: its label, and a new one in its place."""

import json
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from accounts.permissions import Permission
from share_api.console.pages import redirect
from share_api.console.routes.links import LINKS
from share_api.console.views.links import view_of
from share_api.console.visit import CheckedForm, CurrentVisit
from share_api.routes import issuing, shares
from share_api.routes.permissions import needs
from share_api.routes.shares import parse_id, state_context
from sharing.listing import get_share

router = APIRouter()
_ONE: Final = f"{LINKS}/{{share_id}}"
_MAY: Final = [needs(Permission.SHARES_WRITE)]


@router.post(f"{_ONE}/label", dependencies=_MAY)
def label(share_id: str, visit: CurrentVisit, form: CheckedForm) -> Response:
    """Call it something else; an empty field takes the label away."""
    body = json.dumps({"label": form.one("label").strip() or None}).encode()
    shares.label_link(share_id, visit.actor, visit.db, visit.container, body)
    return redirect(f"{LINKS}/{share_id}")


@router.post(f"{_ONE}/extend", dependencies=_MAY)
def extend(share_id: str, visit: CurrentVisit, _: CheckedForm) -> Response:
    """Issue it anew: the same report, days, life and label, under another address."""
    given = state_context(visit.container)
    link = view_of(visit, get_share(visit.db, parse_id(share_id), given=given))
    issued, body = Response(), json.dumps(link.anew).encode()
    issuing.share(link.share.report, visit.actor, visit.container, issued, body)
    return redirect(f"{LINKS}/{issued.headers['Location'].rpartition('/')[2]}")
