"""`docker` reduced to what scripts/roll asks of it: containers of services, in a file.

Usage, as `docker` on the path, with STANDIN_DOCKER naming a JSON file: ``containers`` by their ids
(service, whether it is healthy), ``events`` as they happened, and how starts end: ``starts`` is
``healthy``, ``unhealthy`` or ``refused`` (a container is made and cannot start). Those that are
made here have the seconds to end that ``stops`` gives their service. What a container was not
given is told as Docker tells it: ``<nil>``, and an error for the health of one without a check.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any


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
            service, healthy = containers[container]
            if service not in state["checked"]:
                print('template: :1:8: map has no entry for key "Health"', file=sys.stderr)
                return 1
            print("healthy" if healthy else "starting")
        case ["inspect", "-f", "{{.Config.StopTimeout}}", container]:
            made_here = container.startswith("new")
            print(state["stops"].get(containers[container][0], "<nil>") if made_here else "<nil>")
        case ["stop", "-t", seconds, container]:
            if not seconds.lstrip("-").isdigit():
                print(f'invalid argument "{seconds}" for "-t, --timeout"', file=sys.stderr)
                return 125
            stop(state, container, int(seconds))
        case ["stop", container]:
            stop(state, container, None)
        case ["rm", *options, container]:
            state["events"].append([*options, container])
            del containers[container]
        case _:
            print(f"no such command: {command}", file=sys.stderr)
            return 2
    return 0


def stop(state: dict[str, Any], container: str, seconds: int | None) -> None:
    """Note who is told to end, in which time, and who serves then."""
    containers = state["containers"]
    service = containers[container][0]
    others = [each for each in containers if each != container]
    serving = [each for each in others if containers[each] == [service, True]]
    state["events"].append([container, seconds, serving])


if __name__ == "__main__":
    sys.exit(main())
