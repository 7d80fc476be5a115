"""``python -m benchmarks.mutations``: more than a million mutants of tokens, none of which opens.

Every mutant of every token is tried on the verifier, by both ways in; a sample of each family goes
over HTTP to a real viewer in whose Redis the tokens' own links are alive and their reports cached.
Before and after, the tokens themselves must open. Ends with 1 when a mutant opened something, or
was answered by anything but a refusal.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from benchmarks.mutations.material import Material, prepare
from benchmarks.mutations.mutants import FAMILIES
from benchmarks.mutations.over_http import attack_viewer
from benchmarks.mutations.served import served
from benchmarks.mutations.trial import Outcome, attack

_SHOWN = 20


def main() -> None:
    """Print what was tried and what came of it.

    Raises:
        SystemExit: something was not refused.
    """
    options = _options()
    outcome = _on_the_verifier(options.links, options.processes)
    print(_told("on the verifier", outcome), flush=True)
    over_http = _over_http(options.requests)
    print(_told("over HTTP", over_http), flush=True)
    outcome.add(over_http)
    for family in FAMILIES:
        print(f"  {outcome.tried[family]:>10,} {family}")
    for example in outcome.examples[:_SHOWN]:
        print(example)
    print(_told("in all", outcome))
    if outcome.accepted or outcome.errors:
        raise SystemExit(1)


def _on_the_verifier(links: int, processes: int) -> Outcome:
    material = prepare(links)
    outcome = Outcome()
    with ProcessPoolExecutor(processes) as pool:
        for each in pool.map(partial(_attack_one, material), material.tokens):
            outcome.add(each)
    return outcome


def _attack_one(material: Material, token: str) -> Outcome:
    return attack(material, [token])


def _over_http(requests: int) -> Outcome:
    with served(_LINKS_OVER_HTTP) as (material, port):
        return attack_viewer(material, port, about=requests)


_LINKS_OVER_HTTP = 5


def _told(where: str, outcome: Outcome) -> str:
    tried = sum(outcome.tried.values())
    return f"{where}: {tried:,} tried, {outcome.accepted} accepted, {outcome.errors} errors"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.mutations", description=__doc__)
    parser.add_argument("--links", type=int, default=20, help="tokens; 110,000 mutants each")
    parser.add_argument("--requests", type=int, default=20_000, help="mutants that go over HTTP")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    return parser.parse_args()


if __name__ == "__main__":
    main()
