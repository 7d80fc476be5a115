"""What is measured: each case, and nginx serving the same bytes beside it."""

import random
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import accumulate
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.serve.load import Load, Sample, run
from benchmarks.serve.samples import Link
from benchmarks.serve.servers import Server

GZIP = {"Accept-Encoding": "gzip"}
DRAWN = 100_000
"""How many requests of the Zipf case are drawn; then they repeat."""


@dataclass(frozen=True, slots=True)
class Case:
    """A load on one of our servers, and the same load on nginx with the same bytes as files."""

    name: str
    ours: Load
    theirs: Load
    server: Server
    reference: Server


@dataclass(frozen=True, slots=True)
class Round:
    """One case measured once, reference first."""

    theirs: Sample
    ours: Sample


def fetch(url: str, headers: Mapping[str, str]) -> tuple[int, bytes, dict[str, str]]:
    """Status, body as sent, and headers of a GET."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("GET", parts.path, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
    finally:
        connection.close()


def write_files(viewer: Server, links: Sequence[Link], files: Path) -> None:
    """What the viewer answers to each link, as the files that nginx serves at the same paths."""
    for number, link in enumerate(links):
        paths = (link.page,) if number else (link.page, link.csv)
        for path in paths:
            status, body, headers = fetch(viewer.url + path, GZIP)
            assert status == 200, path
            assert headers["content-encoding"] == "gzip"
            file = _file(files, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)


def reference_path(path: str) -> str:
    """Where nginx has it: a page's path is a directory to its CSV, so files have an ending."""
    return f"{path}.gz"


def zipf_paths(links: Sequence[Link], directory: Path) -> tuple[Path, Path]:
    """Paths drawn by Zipf's law from all links, for us and for nginx."""
    sums = list(accumulate(1 / rank for rank in range(1, len(links) + 1)))
    chance = random.Random(1)
    drawn = [links[bisect(sums, chance.random() * sums[-1])].page for _ in range(DRAWN)]
    ours, theirs = directory / "ours.txt", directory / "theirs.txt"
    ours.write_text("".join(f"{path}\n" for path in drawn))
    theirs.write_text("".join(f"{reference_path(path)}\n" for path in drawn))
    return ours, theirs


def unchanged(server: Server, path: str) -> dict[str, str]:
    """The headers of one who has what is at ``path`` already."""
    _, _, headers = fetch(server.url + path, GZIP)
    known = GZIP | {"If-None-Match": headers["etag"]}
    assert fetch(server.url + path, known)[0] == 304
    return known


def compare(case: Case) -> None:
    """Refuse to measure what is not the same."""
    if case.ours.paths is None:
        ours, theirs = (fetch(each.url, each.headers) for each in (case.ours, case.theirs))
        assert ours[:2] == theirs[:2], f"{case.name}: not the same bytes"


def measure(case: Case, *, seconds: int, core: int) -> Round:
    """Measure a case once, the bytes compared before and after."""
    compare(case)
    for load, server in ((case.theirs, case.reference), (case.ours, case.server)):
        run(load, seconds=min(seconds, 1), core=core, pids=server.pids)
    theirs = run(case.theirs, seconds=seconds, core=core, pids=case.reference.pids)
    ours = run(case.ours, seconds=seconds, core=core, pids=case.server.pids)
    compare(case)
    return Round(theirs, ours)


def _file(files: Path, path: str) -> Path:
    return files / reference_path(path).lstrip("/")
