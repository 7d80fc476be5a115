"""The measurements as a Markdown table, and the verdicts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median

from benchmarks.serve.cases import Round
from benchmarks.serve.load import Sample

HOT_PAGE = "hot page"
GATEWAY = "hot page through the gateway"
LEAST_OF_NGINX = 0.40
MOST_P99 = 3.0
LEAST_THROUGH_GATEWAY = 0.80

Rounds = Mapping[str, Sequence[Round]]


def table(rounds: Rounds) -> Iterator[str]:
    """One line a case: medians, and medians of the rounds' ratios to nginx."""
    yield (
        "| case | requests/s | p50 ms | p99 ms | CPU µs"
        " | nginx requests/s | p99 ms | CPU µs | of nginx | p99 ratio |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for name, each in rounds.items():
        ours = [one.ours for one in each]
        theirs = [one.theirs for one in each]
        yield (
            f"| {name} | {_median(ours, lambda s: s.rate):,.0f}"
            f" | {_median(ours, lambda s: s.p50):.2f} | {_median(ours, lambda s: s.p99):.2f}"
            f" | {_median(ours, lambda s: s.cpu):.1f} | {_median(theirs, lambda s: s.rate):,.0f}"
            f" | {_median(theirs, lambda s: s.p99):.2f} | {_median(theirs, lambda s: s.cpu):.1f}"
            f" | {rate_ratio(each):.2f} | {p99_ratio(each):.1f}× |"
        )


def verdicts(rounds: Rounds) -> Iterator[str]:
    """PASS or MISSED for each budget that was measured."""
    if HOT_PAGE in rounds:
        rate, p99 = rate_ratio(rounds[HOT_PAGE]), p99_ratio(rounds[HOT_PAGE])
        yield _verdict(rate >= LEAST_OF_NGINX, f"hot page {rate:.2f} of nginx", LEAST_OF_NGINX)
        yield _verdict(p99 <= MOST_P99, f"hot page p99 {p99:.1f}× nginx", MOST_P99)
    if GATEWAY in rounds:
        rate = rate_ratio(rounds[GATEWAY])
        text = f"through the gateway {rate:.2f} of the same nginx, static"
        yield _verdict(rate >= LEAST_THROUGH_GATEWAY, text, LEAST_THROUGH_GATEWAY)


def rate_ratio(rounds: Sequence[Round]) -> float:
    """Our requests a second by nginx's, the median of the rounds."""
    return median(each.ours.rate / each.theirs.rate for each in rounds)


def p99_ratio(rounds: Sequence[Round]) -> float:
    """Our 99th percentile by nginx's, the median of the rounds."""
    return median(each.ours.p99 / each.theirs.p99 for each in rounds)


def _median(samples: Sequence[Sample], of: Callable[[Sample], float]) -> float:
    return median(map(of, samples))


def _verdict(good: bool, text: str, limit: float) -> str:
    return f"{'PASS' if good else 'MISSED'}  {text} (budget {limit})"
