"""`analytics up --no-demo` with stand-ins for the services, so that only the supervisor is tested.

Usage: up.py STATE_DIR READY_FILE
"""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from devstack.embedded.errors import EmbeddedServerError
from devstack.supervisor.errors import SupervisorError
from devstack.supervisor.ports import Ports
from devstack.supervisor.process import ServiceSpec
from devstack.supervisor.services import Addresses, service_specs
from devstack.supervisor.state import StateDirectory
from devstack.supervisor.up import UpOptions, up

SERVICE = Path(__file__).with_name("service_driver.py")


def standins(
    where: Addresses, ports: Ports, state: StateDirectory, settings: Mapping[str, str]
) -> list[ServiceSpec]:
    """The real services' specifications with another program each."""
    port_of = {"share-api": [str(ports.share_api)], "report-viewer": [str(ports.report_viewer)]}
    return [
        replace(
            spec,
            command=[sys.executable, str(SERVICE), spec.name, *port_of.get(spec.name, [])],
        )
        for spec in service_specs(where, ports, state, settings)
    ]


def main() -> None:
    """Run until stopped."""
    state, ready = sys.argv[1:]
    options = UpOptions(
        state_directory=Path(state),
        prepare_demo=None,
        ready_file=Path(ready),
    )
    try:
        up(options, specs=standins)
    except (SupervisorError, EmbeddedServerError) as error:
        print(f"analytics: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
