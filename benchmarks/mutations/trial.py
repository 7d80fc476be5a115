"""One mutant at the verifier, by both ways in: the text itself, and the path of a request."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from benchmarks.mutations.material import Material
from benchmarks.mutations.mutants import FAMILIES, Family

from common.instants import now
from common.links.token import KeyRing, LinkError
from report_viewer.links.urls import PREFIX, parse
from report_viewer.links.verifier import Verifier
from report_viewer.problems.errors import ViewerError

_SHOWN = 200


class ControlFailedError(Exception):
    """A token that should open does not: refusing the others says nothing."""


@dataclass(slots=True)
class Outcome:
    """What became of mutants; ``examples`` are the first that were not refused."""

    tried: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    errors: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        """Take the counts of another outcome in."""
        self.tried += other.tried
        self.accepted += other.accepted
        self.errors += other.errors
        self.examples += other.examples

    def accept(self, family: str, mutant: str) -> None:
        """Note a mutant that opens something."""
        self.accepted += 1
        self.examples.append(f"accepted, {family}: {mutant[:_SHOWN]!r}")

    def err(self, family: str, mutant: str, error: object) -> None:
        """Note a mutant that was answered by something else than a refusal."""
        self.errors += 1
        self.examples.append(f"error, {family}: {mutant[:_SHOWN]!r}: {error!r}")


def mutants_of(
    material: Material, token: str, families: Mapping[str, Family] = FAMILIES
) -> Iterator[tuple[str, str]]:
    """Every mutant of ``token`` with its family's name; none of them is a token that opens."""
    valid = frozenset(material.links)
    for name, family in families.items():
        for mutant in family(material, token):
            if mutant not in valid:
                yield name, mutant


def segment(mutant: str) -> bytes:
    """A mutant as it stands in a path: bytes as they are, other characters as UTF-8."""
    try:
        return mutant.encode("latin-1")
    except UnicodeEncodeError:
        return mutant.encode("utf-8", errors="surrogatepass")


def attack(
    material: Material, tokens: Iterable[str], families: Mapping[str, Family] = FAMILIES
) -> Outcome:
    """Try every mutant of ``tokens``.

    Raises:
        ControlFailedError: the tokens themselves do not open.
    """
    ring = material.ring()
    # Every token that opens is remembered, as in a viewer that was asked for all of them.
    verifier = Verifier(ring, remembered=len(material.links) + 1)
    _check(material, verifier)
    outcome = Outcome()
    for token in tokens:
        for family, mutant in mutants_of(material, token, families):
            outcome.tried[family] += 1
            _try(ring, verifier, family, mutant, outcome)
    _check(material, verifier)
    return outcome


def _try(ring: KeyRing, verifier: Verifier, family: str, mutant: str, outcome: Outcome) -> None:
    try:
        ring.authenticate(mutant)
    except LinkError:
        pass
    except Exception as error:  # noqa: BLE001 - what is counted here
        outcome.err(family, mutant, error)
    else:
        outcome.accept(family, mutant)
    try:
        verifier.verify(parse(PREFIX + b"/" + segment(mutant), "GET").token)
    except (LinkError, ViewerError):
        pass
    except Exception as error:  # noqa: BLE001 - what is counted here
        outcome.err(family, mutant, error)
    else:
        outcome.accept(family, mutant)


def _check(material: Material, verifier: Verifier) -> None:
    ring = material.ring()
    for token, claims in material.links.items():
        try:
            opened = verifier.verify(token), ring.verify(token, now=now())
        except LinkError as error:
            raise ControlFailedError(repr(error)) from None
        if opened != (claims, claims):
            raise ControlFailedError(token)
