"""Ready files for programs, and the message for people, once the system is ready."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from devstack.supervisor.demo import Demo
from devstack.supervisor.errors import SupervisorError
from devstack.supervisor.services import Addresses
from devstack.supervisor.state import write_private


def ready_content(where: Addresses, demo: Demo | None) -> dict[str, Any]:
    """The ready file's content; without a demo shop its tenant, admin and link are null."""
    return {
        "shareApiUrl": where.share_api_url,
        "viewerUrl": where.viewer_url,
        "databaseUrl": where.database_url,
        "redisUrl": where.redis_url,
        "tenant": demo.tenant if demo else None,
        "admin": {"email": demo.email, "password": demo.password} if demo else None,
        "link": demo.link if demo else None,
    }


def write_ready_files(paths: Iterable[Path], where: Addresses, demo: Demo | None) -> None:
    """Write the ready files, each all or nothing and for its owner only."""
    content = ready_content(where, demo)
    for path in paths:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_private(path, content)
        except OSError as error:
            raise SupervisorError(f"cannot write {path}: {error.strerror}") from error


def remove_ready_files(paths: Iterable[Path]) -> None:
    """Remove ready files: of an earlier run that was killed, or of ours that ends."""
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SupervisorError(f"cannot remove {path}: {error.strerror}") from error


def ready_message(
    where: Addresses,
    demo: Demo | None,
    first_shop: str | None = None,
    front: Path | None = None,
) -> str:
    """What a person wants to know now; ``front`` is what the server in front is configured by."""
    lines = ["", "  Ready.", "", "  Console:", f"    {where.console_url}"]
    if first_shop:
        lines += [
            "",
            "  Create your shop (this address works once, for a day):",
            f"    {first_shop}",
        ]
    if demo:
        lines += [f"    log in as {demo.email} with {demo.password}"]
        lines += ["", "  Open the demo shop's report:", f"    {demo.link}"]
    if front:
        lines += ["", "  Let the outside in, as root:", f"    caddy run --config {front}"]
    lines += [
        "",
        f"  Share API     {where.share_api_url}   (docs: {where.share_api_url}/docs)",
        f"  Reports       {where.viewer_url}",
    ]
    if demo:
        lines += [f"  Tenant        {demo.tenant}"]
    return "\n".join([*lines, "", "  Stop with Ctrl-C.", ""])
