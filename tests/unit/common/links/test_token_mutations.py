"""Every family of mutants at the verifier, on a token of each key; `make tokens` tries millions."""

import pytest
from benchmarks.mutations import trial
from benchmarks.mutations.material import Material, prepare
from benchmarks.mutations.mutants import FAMILIES

MATERIAL = prepare(6)


@pytest.mark.parametrize("family", FAMILIES)
def test_no_mutant_opens_and_none_surprises(family: str) -> None:
    signed, _, retired, *_ = MATERIAL.tokens
    outcome = trial.attack(MATERIAL, [signed, retired], {family: FAMILIES[family]})
    assert outcome.tried[family] >= 16
    assert (outcome.accepted, outcome.errors, outcome.examples) == (0, 0, [])


def test_what_opens_would_be_counted() -> None:
    """A mutant that is a token of ours, though not one of those handed out."""
    extra = prepare(1)
    twin = Material(MATERIAL.secret, MATERIAL.retired, extra.links, ())
    issued = twin.ring().issue(next(iter(extra.links.values())))
    outcome = trial.attack(MATERIAL, MATERIAL.tokens[:1], {"ours": lambda *_: iter([issued])})
    assert (outcome.tried["ours"], outcome.accepted) == (1, 2)


def test_refusing_everything_is_no_success() -> None:
    foreign = Material(prepare(1).secret, MATERIAL.retired, MATERIAL.links, ())
    with pytest.raises(trial.ControlFailedError):
        trial.attack(foreign, foreign.tokens[:1])
