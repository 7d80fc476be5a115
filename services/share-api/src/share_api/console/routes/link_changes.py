"""Routes that change a link: its label, and a new one in its place."""

import json
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from accounts.permissions import Permission
from common.instants import now
from share_api.console.pages import redirect
from share_api.console.routes.links import LINKS
from share_api.console.visit import CheckedForm, CurrentVisit
from share_api.routes import shares
from share_api.routes.permissions import needs
from share_api.routes.shares import parse_id, state_context
from sharing.issuing import issue
from sharing.listing import get_share
from sharing.policy import policy_of
from sharing.reissuing import reissue_of

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
    """Issue it anew, as it is, under another address."""
    given = state_context(visit.container)
    share = get_share(visit.db, parse_id(share_id), given=given).share
    most = policy_of(visit.db, visit.container.issuing).max_seconds
    wanted = reissue_of(share, visit.tenant.zone, visit.author, most_seconds=most)
    issued = issue(wanted, visit.container.issuing, now=now())
    return redirect(f"{LINKS}/{issued.share_id}")
