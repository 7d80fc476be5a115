"""Discord as far as we speak with it: it signs interactions, takes edited answers, and has moods.

It keeps to the documentation: requests are signed by Ed25519 over timestamp and body; an answer can
be edited only after it was promised, under the interaction's token; what it will not take now it
answers with 429 and how long to wait, as body and header. ``moods`` are used up one an edit.
"""

import email
import email.policy
import json
import re
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.support import wait

APPLICATION_ID = 1180000000000000001
BOT_TOKEN = "MTE4.bot-token-of-tests.abc"
MANAGE_SERVER = 1 << 5
ADMINISTRATOR = 1 << 3

_EDIT = re.compile(r"/api/v10/webhooks/(\d+)/([^/]+)/messages/@original")
_COMMANDS = re.compile(r"/api/v10/applications/(\d+)(?:/guilds/(\d+))?/commands")


@dataclass(frozen=True)
class Mood:
    """How the next edit is met: a status with a body, after a while."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def limited(seconds: float, *, everybody: bool = False) -> Mood:
    """Too many requests."""
    headers = {"Retry-After": str(int(seconds) + 1)}
    if everybody:
        headers["X-RateLimit-Global"] = "true"
    return Mood(429, {"message": "limited", "retry_after": seconds, "global": everybody}, headers)


@dataclass
class Edit:
    """An answer as it was put in the place of what was promised."""

    message: dict[str, Any]
    files: dict[str, bytes]
    at: float

    @property
    def embed(self) -> dict[str, Any]:
        """Its only embed."""
        (embed,) = self.message["embeds"]
        return dict(embed)


@dataclass
class Asked:
    """An interaction that was sent, and what it was answered at once."""

    token: str
    request: httpx.Request
    answer: httpx.Response

    @property
    def text(self) -> str:
        """A message that only who asked can see."""
        content = self.answer.json()
        assert content["type"] == 4, content
        assert content["data"]["flags"] == 64
        assert content["data"]["allowed_mentions"] == {"parse": []}
        return str(content["data"]["content"])


class DiscordStandin:
    """A Discord on loopback."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.moods: list[Mood] = []
        self.edits: dict[str, list[Edit]] = {}
        self.attempts: list[tuple[float, str]] = []
        self.commands: dict[str | None, list[dict[str, Any]]] = {}
        self.authorizations: list[str | None] = []
        self._promised: set[str] = set()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @contextmanager
    def running(self) -> Iterator["DiscordStandin"]:
        """Serve for as long as the block lasts."""
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()

    @property
    def settings(self) -> dict[str, str]:
        """What our services are told of it."""
        return {
            "DISCORD_PUBLIC_KEY": self.key.public_key().public_bytes_raw().hex(),
            "DISCORD_APPLICATION_ID": str(APPLICATION_ID),
            "DISCORD_API_BASE": self.api_base,
        }

    @property
    def api_base(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self._server.server_port}/api/v10"

    def sign(self, body: bytes, *, at: float | None = None) -> dict[str, str]:
        """The headers of a request with that body."""
        timestamp = str(int(time.time() if at is None else at))
        signature = self.key.sign(timestamp.encode() + body).hex()
        return {
            "X-Signature-Ed25519": signature,
            "X-Signature-Timestamp": timestamp,
            "Content-Type": "application/json",
        }

    def ask(self, share_api: str, interaction: dict[str, Any]) -> Asked:
        """Send an interaction; an answer that promises one may be edited from then on."""
        body = json.dumps(interaction).encode()
        answer = httpx.post(
            f"{share_api}/api/discord/interactions",
            content=body,
            headers=self.sign(body),
            timeout=wait.PATIENCE_SECONDS,
        )
        if answer.status_code == 200 and answer.json()["type"] in {4, 5}:
            self.promised(interaction["token"])
        return Asked(interaction["token"], answer.request, answer)

    def promised(self, token: str) -> None:
        """From now on there is an answer to edit."""
        with self._lock:
            self._promised.add(token)

    def awaited(self, asked: Asked, *, number: int = 1) -> Edit:
        """The answer as it was edited for the ``number``-th time."""
        wait.until(
            lambda: len(self.edits.get(asked.token, [])) >= number,
            lambda: f"an edit: {asked.answer.text}, {self.attempts}",
        )
        return self.edits[asked.token][number - 1]

    def edit(
        self, handler: BaseHTTPRequestHandler, application: str, token: str, body: bytes
    ) -> Mood:
        """Take an edit, or not."""
        with self._lock:
            mood = self.moods.pop(0) if self.moods else Mood(200, {"id": "1"})
            self.attempts.append((time.monotonic(), str(mood.status)))
            known = token in self._promised and application == str(APPLICATION_ID)
        time.sleep(mood.seconds)
        if not known:
            return Mood(404, {"message": "Unknown Webhook", "code": 10015})
        if mood.status == 200:
            message, files = _parts(handler.headers["Content-Type"], body)
            with self._lock:
                edit = Edit(message, files, time.monotonic())
                self.edits.setdefault(token, []).append(edit)
        return mood

    def register(self, authorization: str | None, guild: str | None, body: bytes) -> Mood:
        """Take commands in the place of those there were."""
        self.authorizations.append(authorization)
        if self.moods:
            return self.moods.pop(0)
        if authorization != f"Bot {BOT_TOKEN}":
            return Mood(401, {"message": "401: Unauthorized", "code": 0})
        self.commands[guild] = json.loads(body)
        return Mood(200, json.loads(body))


def interaction(
    *subcommand: object,
    guild: int | None,
    user: int | None = None,
    permissions: int = MANAGE_SERVER,
    **options: str,
) -> dict[str, Any]:
    """A use of ``/report SUBCOMMAND option:value``, as Discord sends it, by somebody new."""
    (name,) = subcommand
    person = {
        "id": str(user or 9 * 10**17 + secrets.randbelow(10**15)),
        "username": "ada",
        "discriminator": "0",
        "global_name": "Ada",
    }
    given = [{"name": key, "type": 3, "value": value} for key, value in options.items()]
    return {
        "id": str(1_200_000_000_000_000_000 + secrets.randbelow(10**15)),
        "application_id": str(APPLICATION_ID),
        "type": 2,
        "token": "aW50ZXJhY3Rpb246" + secrets.token_urlsafe(90),
        "version": 1,
        "locale": "de",
        "channel_id": "1190000000000000001",
        "entitlements": [],
        "data": {
            "id": "1170000000000000001",
            "name": "report",
            "type": 1,
            "options": [{"name": name, "type": 1, "options": given}],
        },
        **(
            {"user": person}
            if guild is None
            else {
                "guild_id": str(guild),
                "member": {"user": person, "permissions": str(permissions), "roles": []},
            }
        ),
    }


def new_guild() -> int:
    """The id of a guild nobody has used."""
    return 1_100_000_000_000_000_000 + secrets.randbelow(10**15)


def _parts(content_type: str, body: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    raw = f"Content-Type: {content_type}\r\n\r\n".encode() + body
    message = email.message_from_bytes(raw, policy=email.policy.HTTP)
    content: dict[str, Any] = {}
    files = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        data = bytes(part.get_payload(decode=True))
        if name == "payload_json":
            content = json.loads(data)
        else:
            files[f"{name}:{part.get_filename()}"] = data
    return content, files


def _handler(standin: DiscordStandin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_PATCH(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found = _EDIT.fullmatch(self.path)
            mood = standin.edit(self, found[1], found[2], body) if found else Mood(404)
            self._answer(mood)

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found = _COMMANDS.fullmatch(self.path)
            authorization = self.headers["Authorization"]
            mood = standin.register(authorization, found[2], body) if found else Mood(404)
            self._answer(mood)

        def _answer(self, mood: Mood) -> None:
            body = json.dumps(mood.body).encode()
            try:
                self.send_response(mood.status)
                for name, value in mood.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                return  # who asked has left

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    return Handler
