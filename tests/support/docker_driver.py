"""`docker` reduced to what scripts/roll asks of it: containers of services, in a file.

Usage, as `docker` on the path, with STANDIN_DOCKER naming a JSON file: ``containers`` by their ids
(service, whether it is healthy), ``events`` as they happened, and how starts end: ``starts`` is
``healthy``, ``unhealthy`` or ``refused`` (a container is made and cannot start). Those that are
made here have STOP_SECONDS to end.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, Final

STOP_SECONDS: Final = 85


def main() -> int:
    """Do one command; its status."""
    file = Path(os.environ["STANDIN_DOCKER"])
    state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    status = answer(state, sys.argv[1:])
    file.write_text(json.dumps(state), encoding="utf-8")
    return status


def answer(state: dict[str, Any], command: list[str]) -> int:
    """What the command prints and does to ``state``."""
    containers = state["containers"]
    match command:
        case ["compose", "version"]:
            pass
        case ["compose", "ps", "-a", "-q", service]:
            print(*[each for each, what in containers.items() if what[0] == service], sep="\n")
        case ["compose", "up", "-d", "--no-deps", "--no-recreate", "--scale", scaled, service]:
            wanted = int(scaled.removeprefix(f"{service}="))
            missing = wanted - sum(what[0] == service for what in containers.values())
            for _ in range(missing):
                state["made"] += 1
                containers[f"new{state['made']}"] = [service, state["starts"] == "healthy"]
            return int(state["starts"] == "refused")
        case ["inspect", "-f", "{{.State.Health.Status}}", container]:
            print("healthy" if containers[container][1] else "starting")
        case ["inspect", "-f", "{{.Config.StopTimeout}}", container]:
            print(STOP_SECONDS if container.startswith("new") else "<nil>")
        case ["stop", "-t", seconds, container]:
            service = containers[container][0]
            others = [each for each in containers if each != container]
            serving = [each for each in others if containers[each] == [service, True]]
            state["events"].append([container, int(seconds), serving])
        case ["rm", *options, container]:
            state["events"].append([*options, container])
            del containers[container]
        case _:
            print(f"no such command: {command}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
