"""Words of the problems that a page of the console may tell of, by their English.

Those are the problems of all modules that the console imports. What each says is read from the
code: its title, its fixed detail, or the messages that it is made with. One that puts values into
a message by itself is told of, as no catalog can know it: a ``Wording`` can be translated.
"""

import ast
import importlib
import inspect
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import grimp
from tests.support import marked_words
from tests.support.problems import problems

from common.http.problem import Problem
from share_api.middleware.problems import DETAILS, Told

_PACKAGES: Final = ("common", "accounts", "sharing", "ingest", "report_pages", "share_api")
_CONSOLE: Final = "share_api.console"


def of_problems() -> Mapping[type[Problem], frozenset[str]]:
    """What every problem that may reach the console says, by its kind."""
    found = [kind for kind in problems() if kind.__module__ in console_modules()]
    return {kind: frozenset((kind.title, *_details(kind))) for kind in found}


def of_statuses() -> Iterator[str]:
    """What errors of HTTP itself say."""
    for told in map(Told.of_status, DETAILS):
        yield from (told.title, told.detail)


def of_wordings() -> Iterator[str]:
    """The pattern of every wording in the modules that the console imports."""
    for name in sorted(console_modules()):
        yield from marked_words.of_wordings(_source(name))


@cache
def console_modules() -> frozenset[str]:
    """The modules that the console consists of, and all that they import."""
    graph = grimp.build_graph(*_PACKAGES, cache_dir=None)
    own = graph.find_descendants(_CONSOLE) | {_CONSOLE}
    return frozenset(own.union(*map(graph.find_upstream_modules, own)))


def composed() -> list[str]:
    """Where a problem puts values into a message without a wording: file and line."""
    return sorted({place for kind in of_problems() for place in _composed(kind)})


def _details(kind: type[Problem]) -> Iterator[str]:
    if kind.fixed_detail:
        yield kind.fixed_detail
        return
    for module, said in _messages(kind):
        text = _constant(module, said)
        if text is not None:
            yield f"{text.rstrip('.')}."


def _composed(kind: type[Problem]) -> Iterator[str]:
    if kind.fixed_detail is None:
        for module, said in _messages(kind):
            if any(isinstance(each, ast.JoinedStr | ast.BinOp) for each in ast.walk(said)):
                yield f"{module}:{said.lineno}"


def _messages(kind: type[Problem]) -> Iterator[tuple[str, ast.expr]]:
    """What a kind's errors are made with, and the module that has it."""
    maker = next(each for each in kind.__mro__ if "__init__" in vars(each))
    if not issubclass(maker, Problem):
        yield from _raised_with(kind.__name__)
        return
    made = _definition(maker)
    for call in _calls(made):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "__init__" and call.args:
            message = call.args[0]
            yield maker.__module__, message
            if isinstance(message, ast.Name):
                yield from ((maker.__module__, each) for each in made.args.defaults)
                yield from _raised_with(kind.__name__)


def _raised_with(name: str) -> Iterator[tuple[str, ast.expr]]:
    yield from _first_arguments().get(name, ())


@cache
def _first_arguments() -> Mapping[str, list[tuple[str, ast.expr]]]:
    """What is called with which first argument, and in which module."""
    found: dict[str, list[tuple[str, ast.expr]]] = defaultdict(list)
    for module in sorted(console_modules()):
        for call in _calls(_tree(module)):
            if isinstance(call.func, ast.Name) and call.args:
                found[call.func.id].append((module, call.args[0]))
    return found


def _definition(maker: type) -> ast.FunctionDef:
    """How the errors of a class are made."""
    tree = _tree(maker.__module__)
    own = next(each for each in ast.walk(tree) if _is(each, ast.ClassDef, maker.__name__))
    found = next(each for each in ast.walk(own) if _is(each, ast.FunctionDef, "__init__"))
    assert isinstance(found, ast.FunctionDef)
    return found


def _is(node: ast.AST, kind: type[ast.AST], name: str) -> bool:
    return isinstance(node, kind) and getattr(node, "name", None) == name


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (each for each in ast.walk(tree) if isinstance(each, ast.Call))


def _constant(module: str, said: ast.expr) -> str | None:
    """A text of the code, or by the name it has in its module; a wording is found by itself."""
    value: object = None
    if isinstance(said, ast.Constant):
        value = said.value
    elif isinstance(said, ast.Name):
        value = getattr(importlib.import_module(module), said.id, None)
    return value if isinstance(value, str) else None


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_source(module).read_text(encoding="utf-8"))


def _source(module: str) -> Path:
    return Path(inspect.getfile(importlib.import_module(module)))
