"""Whether a payment was paid, by the words of the payments export that say so."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from ingest.csv.booleans import boolean
from ingest.csv.notes import Notes
from ingest.formats.money_back import back_called, dispute_in, plain
from ingest.formats.stripe.unknown_words import UnknownWords

REFUNDED: Final = "refunded"
PART_BACK: Final = "partially refunded"
BACK: Final = frozenset({REFUNDED, PART_BACK})
DISPUTED: Final = "disputed"
_PAID: Final = BACK | {"paid", "succeeded", DISPUTED, ""}
_UNPAID: Final = frozenset(
    {"failed", "canceled", "cancelled", "incomplete", "uncaptured", "pending", "processing",
     "blocked", "expired", "requires payment method", "requires confirmation", "requires action",
     "requires capture", "early fraud warning blocked"}
)  # fmt: skip
_TEST: Final = frozenset({"test", "test mode", "testmode", "sandbox"})
_LIVE: Final = frozenset({"live", "live mode", "livemode", ""})
TEST: Final = "a payment of the test mode; left out"
AUTHORISED: Final = "authorised and not captured; left out"


class State(NamedTuple):
    """The cells of ``columns.PAYMENT_STATE``, as words; ``dispute`` is how one ended, where the
    status tells that.
    """

    status: str
    captured: str
    mode: str
    dispute: str = ""


def state_of(cells: Sequence[str]) -> State:
    """The state that a row's cells tell."""
    status, captured, mode = cells
    words, dispute = plain(status), dispute_in(status)
    words = DISPUTED if dispute is not None else back_called(status, PART_BACK) or words
    return State(words, " ".join(captured.lower().split()), plain(mode), dispute or "")


def paid(state: State, name: str, notes: Notes, words: UnknownWords) -> bool:
    """Whether a payment was paid, by its state alone; says why not, and what is not known.

    Nothing else is looked at: a payment that was begun and came to nothing has no id.
    """
    if state.mode in _TEST:
        notes.add(TEST, name)
        return False
    if state.status in _UNPAID:
        notes.add(f"its Status is {state.status}: not paid; left out", name)
        return False
    captured = boolean(state.captured) if state.captured else True
    if captured is False:
        notes.add(AUTHORISED, name)
        return False
    for column, word, taken, known in (
        ("Status", state.status, "taken as paid", state.status in _PAID),
        ("Captured", state.captured, "taken as captured", captured is True),
        ("Mode", state.mode, "taken as live", state.mode in _LIVE),
    ):
        if not known:
            words.tell(column, word, taken, name)
    return True
