"""Every kind of problem (RFC 9457) that share-api may answer with, found in the code."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Final

import accounts
import common
import ingest
import share_api
import sharing
from common.http.problem import Problem

_PACKAGES: Final = (common, accounts, sharing, ingest, share_api)


def problems() -> list[type[Problem]]:
    """All that are raised: the leaves of the trees of errors."""
    for package in _PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    names = {package.__name__ for package in _PACKAGES}
    found = [kind for kind in _subclasses(Problem) if kind.__module__.partition(".")[0] in names]
    return [kind for kind in found if not set(kind.__subclasses__()) & set(found)]


def _subclasses(kind: type[Problem]) -> Iterator[type[Problem]]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)
