"""Boards of links: how the console tells which reports a link shows."""

from common.db.shares import Share
from common.reports import registry
from share_api.console.visit import Visit


def board_titles(visit: Visit, share: Share) -> str:
    """The reports of a board, as its tabs call them; empty for a single report."""
    known = registry.REPORTS  # a link may have one of a type that is gone
    titles = [known[each].title if each in known else each for each in share.reports or ()]
    return ", ".join(map(visit.words.text, titles))


def board_trait(visit: Visit, share: Share) -> str:
    """That a link is a board, with its reports; empty for a single report."""
    told = board_titles(visit, share)
    return visit.words.text("A board with %(reports)s", reports=told) if told else ""
