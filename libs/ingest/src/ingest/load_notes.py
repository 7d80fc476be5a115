"""What a load has to say of orders that were told before, and otherwise: a sentence a kind."""

from typing import Final

from ingest.csv.notes import Notes
from ingest.ledger.load_summary import LoadSummary

_AS_TOLD: Final = (
    "webhooks told its refunds, which come to the same; they stay on their days and lines, whatever"
    " is said of them here"
)
_BESIDE: Final = (
    "cancelled, and refunds of it are known one by one; they stay on their days and lines, and of"
    " its Refunded Amount the rest alone counts when it was cancelled"
)
_SUMMED: Final = (
    "refunds of it are known one by one, and an export told what they come to; they stay on their"
    " days and lines, and of that sum the rest alone counts"
)
_OLDER: Final = (
    "webhooks told further refunds of it, which the file, being older, has not; all of them stay on"
    " their days and lines"
)
_LEFT_OUT: Final = (
    "it is known to be paid, cancelled or deleted, which the file, being older, has not; it stays"
    " as it is known"
)
_TAKEN: Final = (
    "webhooks told it otherwise, and the file does not say when it was written; it was taken as the"
    " file has it, until webhooks tell it again"
)
_EDITED: Final = (
    "webhooks told what refunds took out of it, on their days, and the file has the lines that"
    " these left; it stays as they told it"
)
_HELD: Final = (
    "webhooks told what was paid back for goods that the file lacks, and the file has the order"
    " otherwise; until they tell it again it stays as they told it"
)
_LACKING: Final = (
    "a refund of it is known, by a file of your own or by JSON, of a line that the export lacks;"
    " the order stays as it is known (call its lines as exports do, 1 for its first)"
)
_LESS_OLDER: Final = (
    "the file tells less paid back than was known, and nothing of as late a day, so it is older;"
    " what was known stays"
)
_LESS_TOLD: Final = (
    "the file tells less paid back than was known, and not whether it is older; it was taken as the"
    " file has it"
)
UNTOLD: Final = (
    "refunds that the file tells by rows of their own, or of an order whose lines it does not tell,"
    " were left out: no sale of it is known, or they come to more than is left of it"
)
TWO_NAMED: Final = (
    "a refund of a file of your own is one that webhooks told by another id; it counts once, as"
    " they told it (give refunds the ids that the platform gives them)"
)
ALIKE: Final = (
    "a refund of a file of your own is as much as one that webhooks told, of another day or of"
    " other lines; both count (if they are one, give it the id that the platform gives)"
)
MOVED: Final = (
    "took the place of one of its number that had been placed more than two days before or after"
    " (if these are two orders, as of two sites, one is lost: give them numbers of their own)"
)
_UNKNOWN_PAYMENT: Final = (
    "paid back of a charge that neither this file nor the ledger has; left out (a refunds.csv can"
    " bring it, by the id of the balance transaction)"
)
_BEYOND: Final = (
    "more went back than was left of a charge of an earlier file; what is beyond was left out"
)
_OTHER_SIGN: Final = (
    "an order of that number is known that is called with the sign # where this one is without it,"
    " or without; both count (if they are one, call it as it is called there)"
)
_OTHER_NAME: Final = (
    "its Id is that of an order which the ledger has by another name; it is that order, and goes on"
    " by that name"
)
_APART: Final = (
    "another order has its name, by another Id; both count, and it is called by its name and Id"
)
_DOUBLES: Final = (
    "was in the ledger by a second name as well, and counted twice; taken out: what came back of it"
    " counts by the other name"
)
TWICE: Final = (
    "is or may be the same order as one that came by another name here; its refunds, or when it was"
    " placed, do not fit that one: both count"
)
_PAID_KNOWN: Final = (
    "the file does not say when it was paid, which is known from elsewhere: the sale stays on that"
    " day"
)
_MEANT: Final = (
    "no order of that name is known; its refunds are taken for the one order of that number"
)


def load_notes(summary: LoadSummary) -> tuple[str, ...]:
    """The notes of what a load left, or took otherwise than it was known."""
    kept = Notes()
    for said, those in (
        (_AS_TOLD, summary.kept_refunds),
        (_BESIDE, summary.known_beside),
        (_SUMMED, summary.summed_beside),
        (_OLDER, summary.newer_told),
        (_LEFT_OUT, summary.older),
        (_TAKEN, summary.told_otherwise),
        (_EDITED, summary.edited),
        (_HELD, summary.held),
        (_LACKING, summary.lacking),
        (TWO_NAMED, summary.two_named),
        (ALIKE, summary.alike),
        (_LESS_OLDER, summary.less_older),
        (_LESS_TOLD, summary.less_told),
        (UNTOLD, summary.untold),
        (MOVED, summary.moved),
        (_PAID_KNOWN, summary.paid_known),
        (_UNKNOWN_PAYMENT, summary.elsewhere.unknown),
        (_BEYOND, summary.elsewhere.beyond),
        (_OTHER_SIGN, summary.other_sign),
        (_OTHER_NAME, summary.names.other),
        (_APART, summary.names.apart),
        (_DOUBLES, summary.names.doubles),
        (TWICE, summary.names.twice),
        (_MEANT, summary.names.meant),
    ):
        kept.add_all(said, those.first, those.orders)
    return tuple(kept.lines())
