"""The demo tenant as the supervisor knows it: how it is made ready, and what is told of it."""

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
