"""Rules for all source code of the product that no linter's rule says whole: what is never done."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("libs", "services", "tools")
    for path in ROOT.glob(f"{folder}/*/src/**/*.py")
)
SERVED = [path for path in SOURCES if path.relative_to(ROOT).parts[0] != "tools"]
SCRIPTS = sorted(
    path
    for folder in ("libs", "services")
    for path in ROOT.glob(f"{folder}/*/src/**/*.js")
    if "vendor" not in path.parts
)
MIGRATIONS = "libs/common/src/common/db/migrations/versions/"
OWN_TEMPORARY_FILE = "libs/ingest/src/ingest/row_spool.py"
"""Refunds wait in a file without a name that the same run writes: nobody else can reach it."""
DELAYS = "services/worker/src/worker/discord/deliver.py"
"""Draws how long to wait, which need not be a secret."""
DIMENSIONS = "libs/common/src/common/reports/sales/from_ledger.py"
"""Puts the expressions of dimensions, which are constants of the code, into its statements."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def dotted(node: ast.expr) -> str:
    """`a.b.c` of an expression that is such names; what stands before the last dots otherwise."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def calls(paths: list[Path]) -> Iterator[tuple[str, ast.Call, str]]:
    """Each call: what is called, the call, and where."""
    for path in paths:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                yield dotted(node.func), node, f"{path.relative_to(ROOT)}:{node.lineno}"


def imported(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """Each name that is imported, with its module, and where."""
    for path in paths:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                yield from ((each.name, str(path.relative_to(ROOT))) for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                for each in node.names:
                    yield f"{node.module}.{each.name}", str(path.relative_to(ROOT))


def test_there_is_something_to_look_at() -> None:
    assert len(SERVED) > 100
    assert len(SCRIPTS) > 10
    assert sum(1 for _ in calls(SOURCES)) > 1000


def test_no_shell_and_no_code_from_text() -> None:
    never = {"eval", "exec", "compile", "os.system", "os.popen", "__import__"}
    found = [where for name, _, where in calls(SOURCES) if name in never]
    shells = [
        where
        for _, call, where in calls(SOURCES)
        for each in call.keywords
        if each.arg == "shell"
        and not (isinstance(each.value, ast.Constant) and not each.value.value)
    ]
    templates = [where for name, _, where in calls(SERVED) if name.endswith("from_string")]
    assert found + shells + templates == []


def test_nothing_is_unpickled_and_no_xml_read() -> None:
    never = re.compile(r"(pickle|marshal|shelve|dill|yaml|xml|lxml|defusedxml)(\.|$)")
    found = [each for each in imported(SOURCES) if never.match(each[0])]
    assert found == [("pickle", OWN_TEMPORARY_FILE)]
    assert "TemporaryFile" in (ROOT / OWN_TEMPORARY_FILE).read_text(encoding="utf-8")


def test_hashes_are_sound_and_compared_in_constant_time() -> None:
    weak = {"hashlib.md5", "hashlib.sha1", "hashlib.new", "hmac.HMAC"}
    assert [where for name, _, where in calls(SOURCES) if name in weak] == []
    compared = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SERVED
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        and any(
            re.search(r"(^|\.|_)(mac|signature|digest|hexdigest)$", dotted(each).lower())
            for each in (node.left, *node.comparators)
        )
    ]
    assert compared == []


def test_what_cannot_be_guessed_is_drawn_by_the_system() -> None:
    """`random` can be guessed: what is served takes no secret from it."""
    found = [each for each in imported(SERVED) if each[0].split(".")[0] == "random"]
    assert found == [("random", DELAYS)]
    drawn = {name for name, _, _ in calls(SERVED)}
    assert {"secrets.token_urlsafe", "secrets.choice"} & drawn


def test_sql_is_never_put_together_from_values() -> None:
    """Text for SQL is a constant, a file of ours, or made of such."""
    made = [
        where
        for name, call, where in calls(SERVED)
        if not where.startswith((MIGRATIONS, DIMENSIONS))
        and name.split(".")[-1] in {"text", "execute", "exec_driver_sql"}
        and call.args
        for given in call.args[:1]
        if isinstance(given, ast.JoinedStr)
        and any(
            isinstance(part, ast.FormattedValue) and not dotted(part.value).split(".")[-1].isupper()
            for part in given.values
        )
    ]
    assert made == []


def test_expressions_are_constants() -> None:
    """A regular expression is made of constants of its module, never of what is sent."""
    named = {"compile", "match", "search", "fullmatch", "sub", "split", "findall", "finditer"}
    made = [
        where
        for name, call, where in calls(SERVED)
        if name.startswith("re.") and name[3:] in named and call.args
        if any(
            isinstance(part, ast.FormattedValue)
            and not (
                (isinstance(part.value, ast.Call) and dotted(part.value.func) == "re.escape")
                or dotted(part.value).split(".")[-1].isupper()
            )
            for part in ast.walk(call.args[0])
        )
    ]
    assert made == []


def test_messages_of_logs_are_constants() -> None:
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    made = [
        where
        for name, call, where in calls(SERVED)
        if name.startswith(("_log.", "log.", "logging.")) and name.split(".")[-1] in levels
        if call.args and not isinstance(call.args[0], ast.Constant)
    ]
    assert made == []


def test_no_redirect_is_followed() -> None:
    followed = [
        where
        for _, call, where in calls(SOURCES)
        for each in call.keywords
        if each.arg == "follow_redirects"
        and not (isinstance(each.value, ast.Constant) and each.value.value is False)
    ]
    clients = {name.split(".")[0] for name, _ in imported(SERVED)}
    assert followed == []
    assert not clients & {"requests", "urllib3", "aiohttp"}, "these follow redirects by default"
    assert [name for name, _ in imported(SERVED) if name.startswith("urllib.request")] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda each: each.name)
def test_scripts_of_pages_write_text_alone(script: Path) -> None:
    """No HTML or code is made of text, and nothing but the theme is kept in the browser."""
    text = script.read_text(encoding="utf-8")
    never = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    kept = r"sessionStorage|indexedDB|document\.cookie"
    assert not re.search(f"{never}|{kept}", text)
    assert "localStorage" not in text or script.name == "theme.js"
