"""Load by wrk, and what it reports."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CONNECTIONS = 32
_SCRIPT = Path(__file__).with_name("paths.lua")
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: requests a second, latencies in ms, the server's CPU time a request in µs."""

    rate: float
    p50: float
    p99: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked for: an address, or the paths in a file at that address."""

    url: str
    headers: Mapping[str, str]
    paths: Path | None = None


def run(load: Load, *, seconds: int, core: int, pids: tuple[int, ...]) -> Sample:
    """Ask for ``seconds`` from ``core``; ``pids`` are the processes of the server.

    Raises:
        RuntimeError: a request failed or was refused.
    """
    headers = [part for each in load.headers.items() for part in ("-H", ": ".join(each))]
    script = ["-s", str(_SCRIPT)] if load.paths else []
    arguments = ["--", str(load.paths)] if load.paths else []
    command = ["taskset", "-c", str(core), "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    before = _cpu_seconds(pids)
    done = subprocess.run(
        [*command, "--latency", *headers, *script, load.url, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    used = _cpu_seconds(pids) - before
    if re.search(r"Non-2xx or 3xx|Socket errors", done.stdout):
        raise RuntimeError(f"requests failed: {done.stdout}")
    count = int(_find(r"(\d+) requests in", done.stdout)[1])
    return Sample(
        rate=float(_find(r"Requests/sec:\s+([\d.]+)", done.stdout)[1]),
        p50=_milliseconds("50%", done.stdout),
        p99=_milliseconds("99%", done.stdout),
        cpu=used / count * 1e6,
    )


def _milliseconds(percentile: str, text: str) -> float:
    found = _find(rf"{percentile}\s+([\d.]+)(us|ms|s|m)\b", text)
    return float(found[1]) * _MILLISECONDS[found[2]]


def _find(pattern: str, text: str) -> re.Match[str]:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(f"wrk said something else: {text}")
    return found


def _cpu_seconds(pids: tuple[int, ...]) -> float:
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:  # one that only reads nginx's cache directory ends by itself
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / 100
