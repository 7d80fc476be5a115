"""What hypothesis draws: the same in every run of ``make test``, at random in ``make fuzz``.

A run that anybody may repeat must not depend on a draw. ``derandomize`` alone does not see to that:
hypothesis also draws constants that it finds in whatever modules are loaded by then, so that a
test's examples change with the order of the tests and with every edit elsewhere. Repeated runs
leave those out; random runs use them.

A repeated run finds no more the second time, so it tries fewer examples: a share of what a random
run does.
"""

from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

REPEATED: Final = "repeated"
RANDOM: Final = "random"
_MOST: Final = 100
_REPEATED_SHARE: Final = 0.25

_constants_of_loaded_modules = providers._get_local_constants


def register() -> None:
    """Have ``REPEATED`` draws by default; ``--hypothesis-profile=random`` is for the others."""
    # How long an example takes says more about the machine's other work than about the code.
    untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile(
        REPEATED,
        untimed,
        derandomize=True,
        database=None,
        max_examples=round(_MOST * _REPEATED_SHARE),
    )
    settings.register_profile(RANDOM, untimed, print_blob=True, max_examples=_MOST)
    settings.load_profile(REPEATED)
    providers._get_local_constants = _constants


def examples(most: int) -> int:
    """How many examples a test tries that says itself how many are enough in a random run."""
    return most if _is_random() else round(most * _REPEATED_SHARE)


def _is_random() -> bool:
    return settings.get_current_profile_name() == RANDOM


def _constants() -> Constants:
    if _is_random():
        return _constants_of_loaded_modules()
    return providers._local_constants  # as the library has it before it has looked
