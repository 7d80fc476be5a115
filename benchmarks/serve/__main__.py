"""``python -m benchmarks.serve``: start the servers, measure each case in turn, print the table."""

import argparse
import secrets
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from benchmarks.serve import cases, samples, servers, tables
from benchmarks.serve.cases import GZIP, Case
from benchmarks.serve.load import Load
from redis import Redis

from devstack.embedded.valkey import EmbeddedValkey

SERVER_CORE, LOAD_CORE = 0, 1


def main() -> None:
    """Print the table of what serving costs."""
    options = _options()
    servers.require_tools()
    rounds: defaultdict[str, list[cases.Round]] = defaultdict(list)
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-serve-")))
        state.chmod(0o755)
        all_cases = [each for each in _prepare(state, options, stack) if options.only in each.name]
        for number in range(1, options.rounds + 1):
            print(f"round {number}", flush=True)
            for case in all_cases:
                measured = cases.measure(case, seconds=options.seconds, core=LOAD_CORE)
                rounds[case.name].append(measured)
    print("", *tables.table(rounds), "", *tables.verdicts(rounds), sep="\n", flush=True)


def _prepare(state: Path, options: argparse.Namespace, stack: ExitStack) -> list[Case]:
    files = state / "files"
    directory, password = state / "valkey", secrets.token_urlsafe(16)
    valkey = stack.enter_context(EmbeddedValkey(directory, password=password))
    with Redis.from_url(valkey.url) as redis:
        samples.store(redis)
        links = list(samples.links(redis, options.links))
    viewer = stack.enter_context(servers.viewer(valkey.url, state, core=SERVER_CORE))
    print(f"writing the pages of {len(links):,} links as files", flush=True)
    cases.write_files(viewer, links, files)
    nginx = stack.enter_context(servers.static_nginx(state, files, core=SERVER_CORE))
    unbelieving = stack.enter_context(
        servers.viewer(valkey.url, state, core=SERVER_CORE, REPORT_VIEWER_LOCAL_SECONDS="0")
    )
    gateway = stack.enter_context(servers.gateway(files, viewer, core=SERVER_CORE))
    page, csv = links[0].page, links[0].csv
    static_page, static_csv = (cases.reference_path(each) for each in (page, csv))
    ours, theirs = cases.zipf_paths(links, state)
    known, known_static = cases.unchanged(viewer, page), cases.unchanged(nginx, static_page)
    return [
        Case(
            tables.HOT_PAGE,
            Load(viewer.url + page, GZIP),
            Load(nginx.url + static_page, GZIP),
            viewer,
            nginx,
        ),
        Case(
            "hot CSV",
            Load(viewer.url + csv, GZIP),
            Load(nginx.url + static_csv, GZIP),
            viewer,
            nginx,
        ),
        Case(
            "304",
            Load(viewer.url + page, known),
            Load(nginx.url + static_page, known_static),
            viewer,
            nginx,
        ),
        Case(
            f"{len(links):,} links, Zipf",
            Load(viewer.url, GZIP, ours),
            Load(nginx.url, GZIP, theirs),
            viewer,
            nginx,
        ),
        Case(
            "Redis asked every time",
            Load(unbelieving.url + page, GZIP),
            Load(nginx.url + static_page, GZIP),
            unbelieving,
            nginx,
        ),
        Case(
            tables.GATEWAY,
            Load(gateway.url + page, GZIP),
            Load(gateway.static + static_page, GZIP),
            gateway,
            gateway,
        ),
        Case(
            f"{len(links):,} links through the gateway",
            Load(gateway.url, GZIP, ours),
            Load(gateway.static, GZIP, theirs),
            gateway,
            gateway,
        ),
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.serve", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--links", type=int, default=10_000)
    parser.add_argument("--only", default="", help="cases whose name has this in it")
    return parser.parse_args()


if __name__ == "__main__":
    main()
