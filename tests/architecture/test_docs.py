"""The documents say what the code does: tables, endpoints, problems; and their links resolve."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from scripts.spec_tables import DOCUMENTS as SPECIFIED
from scripts.spec_tables import SPECIFICATION, filled, places, tables
from tests.support.problems import problems

from accounts.permissions import REGISTRY
from common.db.accounts import Role
from common.db.audit import Action
from common.links.token import ExpiredLinkError
from common.reports import registry
from report_viewer.endpoints import openapi
from report_viewer.problems import catalog
from report_viewer.problems.errors import PasswordRequiredError, WrongPasswordError
from share_api.app import create_app as create_share_api
from share_api.settings import ShareApiSettings

ROOT = Path(__file__).parents[2]
HTTP = ROOT / "docs/reference/http.md"
DOCUMENTS = sorted(
    [
        *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
        *(ROOT / "docs").rglob("*.md"),
    ]
)
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]+\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)
ENDPOINT = re.compile(
    r"^### (?P<method>[A-Z]+) (?P<path>/\S+)\n(?P<text>.*?)(?=^##)", re.MULTILINE | re.DOTALL
)
PROBLEM = re.compile(r"^\| `(?P<name>[a-z-]+)` \| (?P<status>[45]\d\d) \|", re.MULTILINE)
JSON = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REDIS = SecretStr("redis://localhost/0")
AROUND = {"/docs", "/openapi.json"}

OF_EVERY_KEY = {"400", "401"}
"""What the section on API keys says of every operation that takes one."""

Operations = dict[tuple[str, str], set[str]]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(path: Path) -> str:
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """The anchors that a document's headings get where it is shown."""
    titles = (found["title"] for found in HEADING.finditer(prose(path)))
    plain = (re.sub(r"[^\w\s-]", "", title.lower()) for title in titles)
    return {title.strip().replace(" ", "-") for title in plain}


def described() -> Operations:
    """The endpoints of the reference, with the statuses its text names."""
    text = HTTP.read_text(encoding="utf-8")
    return {
        (found["method"], found["path"]): set(re.findall(r"\b[2-5]\d\d\b", found["text"]))
        for found in ENDPOINT.finditer(text)
    }


def published() -> Operations:
    """The endpoints of both OpenAPI documents with their statuses, HEAD beside GET left out."""
    secret = SecretStr("postgresql://nobody@localhost/none")
    share_api = create_share_api(
        ShareApiSettings.model_validate(
            {"REDIS_URL": REDIS, "DATABASE_URL": secret, "PUBLIC_BASE_URL": "https://localhost"}
        )
    )
    operations: Operations = {}
    for document in (share_api.openapi(), openapi.document()):
        paths: dict[str, dict[str, Any]] = document["paths"]
        for path, methods in paths.items():
            for method in set(methods) & {"get", "post", "put", "delete", "patch"}:
                operations[method.upper(), path] = set(methods[method]["responses"])
    return operations


def test_the_tables_are_those_of_the_registry() -> None:
    """Else run scripts/spec_tables.py."""
    texts = [each.read_text(encoding="utf-8") for each in SPECIFIED]
    assert sorted(place for text in texts for place in places(text)) == sorted(tables())
    for text in texts:
        assert filled(text) == text


def test_the_specification_leads_to_every_page_of_it() -> None:
    text = SPECIFICATION.read_text(encoding="utf-8")
    for each in SPECIFIED:
        assert each == SPECIFICATION or f"(../reference/{each.name})" in text


@pytest.mark.parametrize("slug", registry.REPORTS)
def test_every_report_type_stands_in_the_specification(slug: str) -> None:
    assert f"`{slug}`" in SPECIFICATION.read_text(encoding="utf-8")


def test_every_endpoint_stands_in_the_reference_with_its_statuses() -> None:
    known, said = published(), described()
    assert set(said) == {(m, p) for m, p in known if p not in AROUND} | {("GET", "/metrics")}
    for operation, statuses in known.items():
        if operation[1].startswith("/api/"):
            of_keys = OF_EVERY_KEY if operation[1].startswith("/api/admin/") else {"400"}
            missing = statuses - said[operation] - {"500"} - of_keys
            assert not missing, f"{operation} may answer {missing}"


def problems_between(start: str, end: str) -> set[tuple[str, int]]:
    """The problems in the tables of the reference between two headings, with their statuses."""
    text = HTTP.read_text(encoding="utf-8").split(f"\n{start}\n")[1].split(f"\n{end}\n")[0]
    return {(found["name"], int(found["status"])) for found in PROBLEM.finditer(text)}


def test_every_problem_of_share_api_stands_in_the_reference() -> None:
    known = {(kind.type, int(kind.status)) for kind in problems()}
    assert problems_between("## share-api", "## report-viewer") == known


def test_every_problem_of_the_viewer_stands_in_the_reference() -> None:
    known = [
        *catalog._FIXED.values(),
        *map(catalog.problem_of, [Exception(), ExpiredLinkError(datetime.now(UTC))]),
        *map(catalog.problem_of, [PasswordRequiredError("", ""), WrongPasswordError("")]),
        catalog.wrong_method(("GET",)),
        catalog._stub(csv=False),
    ]
    said = problems_between("## report-viewer", "## Discord")
    assert said == {(each.kind, int(each.status)) for each in known}


@pytest.mark.parametrize("action", Action)
def test_every_action_of_the_audit_log_stands_in_the_reference(action: Action) -> None:
    assert f"`{action}`" in HTTP.read_text(encoding="utf-8")


def leads_nowhere(document: Path) -> list[str]:
    """The links of a document that resolve to nothing in the repository."""
    lost = []
    for found in LINK.finditer(prose(document)):
        target, _, anchor = found["target"].partition("#")
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path = (document.parent / target).resolve() if target else document
        there = path.is_relative_to(ROOT) and path.exists()
        if not there or (anchor and anchor not in anchors(path)):
            lost.append(f"{named(document)}: {found['target']}")
    return lost


def test_files_named_in_guides_are_there() -> None:
    """A path in a guide may leave out the folders in front."""
    files = [f"/{named(path)}" for place in ("*.*", "[!.]*/**/*.*") for path in ROOT.glob(place)]
    guides = [each for each in DOCUMENTS if each.parent == ROOT or each.parent.name == "howto"]
    missing = [
        (named(guide), name)
        for guide in guides
        for name in re.findall(r"`([\w/.-]+\.(?:py|html|js|conf|yml|md))`", prose(guide))
        if not any(file.endswith(f"/{name}") for file in files)
    ]
    assert not missing


def test_links_lead_somewhere() -> None:
    assert len(DOCUMENTS) > 20, "else none was looked at"
    assert [lost for document in DOCUMENTS for lost in leads_nowhere(document)] == []


def is_json(block: str) -> bool:
    try:
        json.loads(block)
    except ValueError:
        return False
    return True


def test_json_examples_are_json() -> None:
    examples = [
        (named(document), block)
        for document in DOCUMENTS
        for block in JSON.findall(document.read_text("utf-8"))
    ]
    assert examples
    assert [each for each in examples if not is_json(each[1])] == []


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    said = {
        (named(document), target)
        for document in DOCUMENTS
        for target in re.findall(
            r"(?:`|^\$? ?)make ([a-z-]+)", document.read_text("utf-8"), re.MULTILINE
        )
    }
    assert {target for _, target in said} >= {"demo", "test"}
    assert sorted(each for each in said if each[1] not in targets) == []


def test_every_decision_stands_in_the_index() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    for path in (ROOT / "docs/decisions").glob("[0-9]*.md"):
        assert f"({path.name})" in index


def test_every_permission_stands_in_the_reference_as_it_is_granted() -> None:
    text = HTTP.read_text(encoding="utf-8")
    for permission, grant in REGISTRY.items():
        granted = [role in grant.roles for role in Role]
        cells = ["yes" if each else "no" for each in (*granted, grant.to_keys)]
        assert f"\n| `{permission}` | {grant.allows} | {' | '.join(cells)} |\n" in text
