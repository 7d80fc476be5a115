"""The demo tenant: how the supervisor has it made, and what it prints of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from devstack.supervisor.services import Addresses


@dataclass(frozen=True)
class Demo:
    """What a person needs to look at the demo shop."""

    tenant: str
    email: str
    password: str = field(repr=False)
    link: str = field(repr=False)


PrepareDemo = Callable[[Addresses, str, Mapping[str, str]], Demo]
"""Makes the demo tenant ready: where the services are, its admin's password, their settings."""
