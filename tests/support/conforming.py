"""Both services as processes, on a database and a Redis of their own, with a shop and an admin.

What a generated request may do (turn sharing off, log everybody out, revoke every link) concerns
this system alone.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from redis import Redis
from sqlalchemy import Engine
from tests.support.password_hashes import CHEAP
from tests.support.samples import SECRET, Sample
from tests.support.service_process import service_process, until_it_answers

from accounts.provisioning import create_tenant
from common.db.accounts import Admin, Membership
from common.db.engine import create_service_engine
from common.db.tenancy import Access, transaction
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import reserved_port

EMAIL, PASSWORD = "ada@acme.example", "a password of this test"
PATIENCE_SECONDS = 180
PLENTY = "1000000"


@dataclass(frozen=True)
class Conforming:
    """Where the services are, and a token that opens a report at the viewer."""

    share_api: str
    viewer: str
    token: str

    def session(self) -> str:
        """The cookie of a new session of the admin, whose shop shares."""
        with httpx.Client(base_url=self.share_api, timeout=PATIENCE_SECONDS) as client:
            credentials = {"email": EMAIL, "password": PASSWORD}
            assert client.post("/api/admin/session", json=credentials).status_code == 200
            turned_on = client.put("/api/admin/analytics/sharing", json={"enabled": True})
            assert turned_on.status_code == 200
            return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


@contextmanager
def conforming(service_url: str, place: Path) -> Iterator[Conforming]:
    """Run them."""
    with ExitStack() as stack:
        valkey = stack.enter_context(EmbeddedValkey(place / "valkey", password="of-tests"))
        redis = stack.enter_context(Redis.from_url(valkey.url))
        engine = create_service_engine(service_url, application_name="tests", pool_size=1)
        stack.callback(engine.dispose)
        tenant_id = _furnish(engine)
        sample = Sample(tenant_id=tenant_id)
        sample.activate(redis)
        sample.store(redis)
        share_api, viewer = reserved_port(), reserved_port()
        key = Ed25519PrivateKey.generate().public_key()
        environment = {
            **os.environ,
            "DATABASE_URL": service_url,
            "REDIS_URL": valkey.url,
            "ANALYTICS_SHARE_SIGNING_SECRET": SECRET,
            "ANALYTICS_CONNECTION_SECRET": secrets.token_hex(32),
            "PUBLIC_BASE_URL": f"http://127.0.0.1:{viewer}",
            "SHARE_API_PORT": str(share_api),
            "SHARE_API_LOGINS_PER_ACCOUNT": PLENTY,
            "SHARE_API_LOGINS_PER_ADDRESS": PLENTY,
            "SHARE_API_SHARES_PER_TENANT": PLENTY,
            "REPORT_VIEWER_PORT": str(viewer),
            "REPORT_VIEWER_FAILURES_PER_ADDRESS": PLENTY,
            "REPORT_VIEWER_WAIT_SECONDS": "0.1",
            "DISCORD_PUBLIC_KEY": key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex(),
            "DISCORD_APPLICATION_ID": "1",
        }
        for module, port in (("share_api", share_api), ("report_viewer", viewer)):
            log = place / f"{module}.log"
            process = stack.enter_context(service_process(module, environment, log))
            until_it_answers(process, f"http://127.0.0.1:{port}", log)
        yield Conforming(
            f"http://127.0.0.1:{share_api}", f"http://127.0.0.1:{viewer}", sample.token()
        )


def _furnish(engine: Engine) -> int:
    tenant_id = create_tenant(
        engine, slug="acme", name="Acme", currency="EUR", timezone="Europe/Berlin"
    )
    admin = Admin(email=EMAIL, password_hash=CHEAP.hash(PASSWORD))
    with transaction(engine, Access()) as session:
        session.add(admin)
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        session.add(Membership(tenant_id=tenant_id, admin_id=admin.id))
    return tenant_id
