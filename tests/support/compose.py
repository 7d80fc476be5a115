"""What docker-compose.yml says, for tests that hold it, or another way to run, against it."""

import re
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
COMPOSE: Final[dict[str, Any]] = yaml.load(
    (ROOT / "docker-compose.yml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
SERVICES: Final[dict[str, dict[str, Any]]] = COMPOSE["services"]
VARIABLE: Final = re.compile(r"\$\{(?P<name>\w+)(?P<rest>[^}]*)\}")


def by_default(text: str) -> str:
    """What Compose puts there when its own environment is empty."""
    return VARIABLE.sub(lambda found: found["rest"].removeprefix(":-"), text)
