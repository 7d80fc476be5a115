"""Clients: admins who issue and close links, visitors who open them; each keeps what it was told.

A client is a thread with a seeded generator of its own. An answer that does not come, or says that
it cannot be given now, is no answer about a link.
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import httpx
from tests.histories.forms import RANGES, REPORTS, form_of
from tests.histories.model import Event, Kind
from tests.support.forms import text_of

TIMEOUT_SECONDS: Final = 8.0
LIVES: Final = (5, 60, 3600, 3600)
"""Seconds that a link may live: some expire while they are looked at."""
_RECENT: Final = 40
_NO_ANSWER_SECONDS: Final = 0.2
"""What a client waits after one, so that a viewer that is away is not all that is counted."""


@dataclass(frozen=True, slots=True)
class TenantAccount:
    """A tenant by its slug, its admin, and the marks that only its reports have."""

    slug: str
    email: str
    password: str
    name: str
    amount: str

    def marks(self) -> tuple[str, ...]:
        """What only this tenant's pages and CSVs have in them."""
        return self.name, self.amount, f"{float(self.amount):,.2f}"


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was issued: its number, its tenant, its report, its token and its entry.

    One that ``hides`` its amounts has none of its tenant's. A ``frozen`` one tells what has changed
    since, and has no other days and no comparison to choose.
    """

    number: int
    tenant: str
    report: str
    token: str
    entry: str
    hides: bool = False
    frozen: bool = False


@dataclass(slots=True)
class World:
    """What all clients share: where the services are, the links, and what happened."""

    tenants: Sequence[TenantAccount]
    addresses: Callable[[], tuple[str, str]]
    links: list[Link] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, event: Event) -> None:
        """Keep what happened."""
        with self.lock:
            self.events.append(event)

    def tenant(self, slug: str) -> TenantAccount:
        """A tenant by its slug."""
        return next(each for each in self.tenants if each.slug == slug)

    def foreign(self, link: Link, text: str) -> bool:
        """Whether what a link shows has a mark of another tenant, or lacks its own.

        An amount of its own that it hides is as foreign.
        """
        own = self.tenant(link.tenant)
        others = [each for each in self.tenants if each is not own]
        marks = [mark for each in others for mark in each.marks()]
        if link.hides:
            marks += [mark for mark in own.marks() if mark != own.name]
            return any(mark in text for mark in marks)
        lacking = own.name not in text and own.amount not in text
        return lacking or any(mark in text for mark in marks)


class Visitor:
    """Opens links, recent ones above all: as a page, and in every other form."""

    def __init__(self, world: World, seed: str) -> None:
        self._world = world
        self._random = random.Random(seed)
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, headers={"Accept": "text/html"})

    def act(self) -> None:
        """Do one thing."""
        links = self._world.links
        if not links:
            time.sleep(0.05)
            return
        recent = links[-_RECENT:] if self._random.random() < 0.7 else links
        link = self._random.choice(recent)
        form = form_of(link.report, self._random, frozen=link.frozen)
        if self.open(link, form=form) is None:
            time.sleep(_NO_ANSWER_SECONDS)

    def open(self, link: Link, *, form: str = "", last: bool = False) -> int | None:
        """Open a link, as its page or in another ``form``, and keep what came."""
        _, viewer = self._world.addresses()
        address = f"{viewer}/api/reports/{link.token}{form}"
        began = time.time()
        try:
            answer = self._http.get(address)
        except httpx.HTTPError:
            answer = None
        status = None if answer is None else answer.status_code
        shown = answer is not None and status == httpx.codes.OK
        self._world.note(
            Event(
                Kind.FILE if form else Kind.OPEN,
                began,
                time.time(),
                link.tenant,
                link.number,
                status,
                foreign=shown
                and answer is not None
                and self._world.foreign(link, text_of(answer.content)),
                last=last,
                note=form,
            )
        )
        return status

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()


class AdminClient:
    """Issues links of one tenant and closes them, one, all, or by turning sharing off and on."""

    def __init__(self, world: World, tenant: TenantAccount, seed: str) -> None:
        self._world, self._tenant = world, tenant
        self._random = random.Random(seed)
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS)
        self._logged_in = False

    def act(self) -> None:
        """Do one thing."""
        if not self._logged_in and not self._log_in():
            time.sleep(0.2)
            return
        draw = self._random.random()
        mine = [each for each in self._world.links[-3 * _RECENT :] if self._owns(each)]
        if draw < 0.6 or not mine:
            self._issue()
        elif draw < 0.97:
            self._revoke(self._random.choice(mine))
        elif draw < 0.985:
            self._close_all(Kind.REVOKE_ALL, "POST", "/api/admin/analytics/shares/revoke-all", {})
        else:
            self._switch()
        time.sleep(self._random.uniform(0.02, 0.1))

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def switch_on(self) -> bool:
        """Turn sharing on, in case a client was stopped between off and on; whether it is."""
        if not self._log_in():
            return False
        answer = self._send("PUT", "/api/admin/analytics/sharing", {"enabled": True})
        return answer is not None and answer.status_code == httpx.codes.OK

    def _owns(self, link: Link) -> bool:
        return link.tenant == self._tenant.slug

    def _send(self, method: str, path: str, body: object) -> httpx.Response | None:
        share_api, _ = self._world.addresses()
        try:
            answer = self._http.request(method, f"{share_api}{path}", json=body)
        except httpx.HTTPError:
            return None
        if answer.status_code == httpx.codes.FORBIDDEN:
            self._logged_in = False
        return answer

    def _log_in(self) -> bool:
        credentials = {"email": self._tenant.email, "password": self._tenant.password}
        answer = self._send("POST", "/api/admin/session", credentials)
        self._logged_in = answer is not None and answer.status_code == httpx.codes.OK
        return self._logged_in

    def _issue(self) -> None:
        report, life = self._random.choice(REPORTS), self._random.choice(LIVES)
        began = time.time()
        body: dict[str, object] = {
            "period": self._random.choice(["7d", "30d"]),
            "expiresInSeconds": life,
            "reports": list(REPORTS),
            "embed": ["https://intranet.example.com"],
        }
        hides, frozen = self._random.random() < 0.25, self._random.random() < 0.15
        body |= {"frozen": True, "changes": True} if frozen else {"ranges": [*RANGES]}
        if hides:
            body["hide"] = {"money": True}
        answer = self._send("POST", f"/api/admin/analytics/{report}/share", body)
        ended = time.time()
        if answer is None or answer.status_code != httpx.codes.CREATED:
            status = None if answer is None else answer.status_code
            self._world.note(Event(Kind.ISSUE, began, ended, self._tenant.slug, status=status))
            return
        told = answer.json()
        expires_at = datetime.fromisoformat(told["expiresAt"]).timestamp()
        with self._world.lock:
            number = len(self._world.links)
            token, entry = told["url"].rpartition("/")[2], answer.headers["location"]
            self._world.events.append(
                Event(Kind.ISSUE, began, ended, self._tenant.slug, number, 201, expires_at)
            )
            link = Link(number, self._tenant.slug, report, token, entry, hides, frozen)
            self._world.links.append(link)

    def _revoke(self, link: Link) -> None:
        began = time.time()
        answer = self._send("DELETE", link.entry, None)
        status = None if answer is None else answer.status_code
        self._world.note(Event(Kind.REVOKE, began, time.time(), link.tenant, link.number, status))

    def _close_all(self, kind: Kind, method: str, path: str, body: object) -> None:
        began = time.time()
        answer = self._send(method, path, body)
        status = None if answer is None else answer.status_code
        self._world.note(Event(kind, began, time.time(), self._tenant.slug, status=status))

    def _switch(self) -> None:
        path = "/api/admin/analytics/sharing"
        self._close_all(Kind.SHARING_OFF, "PUT", path, {"enabled": False})
        time.sleep(self._random.uniform(0.1, 1.5))
        self._close_all(Kind.SHARING_ON, "PUT", path, {"enabled": True})
