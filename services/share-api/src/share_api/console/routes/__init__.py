"""Routes of the console: each reads a form, calls a function of the API and shows a page."""

from fastapi import APIRouter

from share_api.console.routes import (
    activity,
    api_keys,
    brand,
    changes_since,
    connections,
    data,
    discord,
    first_shop,
    home,
    link_changes,
    links,
    one_time,
    passkey_login,
    passkeys,
    reports,
    revoking,
    session,
    settings,
    share,
    static,
    team,
    templates,
)

router = APIRouter(include_in_schema=False)
# A link's own page stands last: its address is any other below that of the links.
for each in (
    *(static, session, passkey_login, home, activity, data, team, api_keys, connections),
    *(discord, one_time, first_shop, passkeys, settings, brand, reports, share, templates),
    *(revoking, link_changes, changes_since, links),
):
    router.include_router(each.router)
