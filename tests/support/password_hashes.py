"""Password hashes that cost nothing: what a login of a test proves is not their strength."""

from typing import Final

from argon2 import PasswordHasher

CHEAP: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""A ten thousandth of what a real one takes, which is 0.1 s of the processor and 64 MiB."""
