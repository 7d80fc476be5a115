"""Definitions in words an owner uses: one source for tooltips, the CSV's reference and the docs."""

import re

from scripts.spec_tables import own_figures, shared_figures

from common.reports import registry

JARGON = re.compile(
    r"\b(window|previous|half even|least squares|confidence|ledger|tenant)\b", re.IGNORECASE
)


def test_no_definition_or_label_speaks_of_how_it_is_computed() -> None:
    figures = [
        *shared_figures(),
        *(each for report in registry.implemented() for each in own_figures(report)),
    ]
    derived = [made for each in figures for made in (each.previous(), each.change())]
    found = [
        (each.key, text)
        for each in (*figures, *derived)
        for text in (each.label, each.definition)
        if JARGON.search(text)
    ]
    assert len(figures) > 30
    assert found == []


def test_what_comes_back_is_named_in_all_its_kinds() -> None:
    """Returns, cancellations and edits are reversals: whoever names two of them names three."""
    texts = {each.key: each.definition for each in shared_figures()}
    for key in ("returns", "units_returned", "refund_rate_percent", "come_back_rate_percent"):
        assert all(word in texts[key] for word in ("returned", "cancelled", "edit")), key
