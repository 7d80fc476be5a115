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
        case ["inspect", "-f", template, container]:
            return inspect(state, template, container)
        case ["stop", *options, container]:
            return stop(state, options, container)
        case ["rm", *options, container]:
            state["events"].append([*options, container])
            del containers[container]
        case _:
            print(f"no such command: {command}", file=sys.stderr)
            return 2
    return 0


def inspect(state: dict[str, Any], template: str, container: str) -> int:
    """Print one fact of a container as Docker does, also one that it does not have."""
    service, healthy = state["containers"][container]
    if template == "{{.Config.StopTimeout}}":
        made_here = container.startswith("new")
        print(state["stops"].get(service, "<nil>") if made_here else "<nil>")
        return 0
    if template != "{{.State.Health.Status}}" or service not in state["checked"]:
        print(f"template: {template}: no such entry", file=sys.stderr)
        return 1
    print("healthy" if healthy else "starting")
    return 0


def stop(state: dict[str, Any], options: list[str], container: str) -> int:
    """Note who is told to end, in which time if it was said, and who serves then."""
    containers, seconds = state["containers"], None
    if options:
        option, given = options
        if option != "-t" or not given.lstrip("-").isdigit():
            print(f'invalid argument "{given}" for "{option}"', file=sys.stderr)
            return 125
        seconds = int(given)
    service = containers[container][0]
    others = [each for each in containers if each != container]
    serving = [each for each in others if containers[each] == [service, True]]
    state["events"].append([container, seconds, serving])
    return 0


if __name__ == "__main__":
    sys.exit(main())
