"""What hypothesis draws: the same in every run of ``make test``, at random in ``make fuzz``.

A run that anybody may repeat must not depend on a draw. ``derandomize`` alone does not see to that:
hypothesis also draws constants that it finds in whatever modules are loaded by then, so that a
test's examples change with the order of the tests and with every edit elsewhere. Repeated runs
leave those out; random runs use them.
"""

from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

REPEATED: Final = "repeated"
RANDOM: Final = "random"

_constants_of_loaded_modules = providers._get_local_constants


def register() -> None:
    """Have ``REPEATED`` draws by default; ``--hypothesis-profile=random`` is for the others."""
    # How long an example takes says more about the machine's other work than about the code.
    untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile(REPEATED, untimed, derandomize=True, database=None)
    settings.register_profile(RANDOM, untimed, print_blob=True)
    settings.load_profile(REPEATED)
    providers._get_local_constants = _constants


def _constants() -> Constants:
    if settings.get_current_profile_name() == RANDOM:
        return _constants_of_loaded_modules()
    return providers._local_constants  # as the library has it before it has looked
