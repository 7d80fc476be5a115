"""What is deployed can be listed, looked up without a network, and built again to the bit."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from scripts.sbom import bill

ROOT = Path(__file__).parents[2]
BUILD = ("uv", "build", "--quiet", "--offline", "--wheel", "--all-packages")


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return bill()


def test_every_component_is_locked_with_its_hashes(made: dict[str, Any]) -> None:
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.5")
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    known = {f"pkg:pypi/{each['name']}@{each['version']}": each for each in packages}
    foreign = [each for each in made["components"] if "purl" in each]
    assert len(foreign) > 40
    for each in foreign:
        package = known[each["purl"].partition("?")[0]]
        files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
        hashes = {
            f"sha256:{digest['content']}"
            for reference in each["externalReferences"]
            for digest in reference["hashes"]
        }
        assert hashes == {file["hash"] for file in files}, each["name"]


def test_what_is_deployed_is_there_and_what_tests_need_is_not(made: dict[str, Any]) -> None:
    names = {each["name"] for each in made["components"]}
    for project in ROOT.glob("*/*/pyproject.toml"):
        facts = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
        assert facts["name"] in names
    assert {"sqlalchemy", "redis", "itsdangerous", "fastapi", "celery"} <= names
    assert not {"pytest", "mypy", "ruff", "hypothesis"} & names
    references = {each["bom-ref"] for each in made["components"]}
    references.add(made["metadata"]["component"]["bom-ref"])
    for each in made["dependencies"]:
        assert {each["ref"], *each.get("dependsOn", ())} <= references


def test_the_same_lock_gives_the_same_bill(made: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"
    subprocess.run([sys.executable, ROOT / "scripts/sbom.py", file], check=True)
    assert json.loads(file.read_bytes()) == made


def audited(*arguments: Path) -> tuple[int, str]:
    command: list[str | Path] = [sys.executable, ROOT / "scripts/audit_stored.py", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def advisory(name: str, **affected: Any) -> dict[str, Any]:
    package = {"ecosystem": "PyPI", "name": name}
    return {"id": "TEST-1", "summary": "a fault", "affected": [{"package": package, **affected}]}


def ranged(*events: dict[str, str]) -> dict[str, Any]:
    return {"ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}


VERSION = version("sqlalchemy")
AFFECTED = {
    "by the list": {"versions": ["0.1", VERSION]},
    "from the first": ranged({"introduced": "0"}),
    "to the last": ranged({"introduced": "0"}, {"last_affected": VERSION}),
    "again": ranged({"introduced": "0"}, {"fixed": "0.5"}, {"introduced": "1.0"}),
    "in no order": ranged({"fixed": "999"}, {"introduced": VERSION}),
}
UNAFFECTED = {
    "others": {"versions": ["0.1"]},
    "fixed": ranged({"introduced": "0"}, {"fixed": VERSION}),
    "later": ranged({"introduced": "999"}),
    "before": ranged({"introduced": "0"}, {"last_affected": "0.9"}),
}


@pytest.mark.parametrize("kind", [*AFFECTED, *UNAFFECTED])
def test_a_locked_package_is_looked_up_in_stored_advisories(kind: str, tmp_path: Path) -> None:
    facts = (AFFECTED | UNAFFECTED)[kind]
    (tmp_path / "one.json").write_text(json.dumps(advisory("SQLAlchemy", **facts)))
    status, said = audited(tmp_path)
    assert status == (1 if kind in AFFECTED else 0), said
    assert (f"sqlalchemy {VERSION}: TEST-1" in said) is (kind in AFFECTED)


def test_a_zip_of_advisories_and_one_that_was_withdrawn(tmp_path: Path) -> None:
    stored = tmp_path / "all.zip"
    withdrawn = {**advisory("redis", **ranged({"introduced": "0"})), "withdrawn": "2026-01-01"}
    with zipfile.ZipFile(stored, "w") as file:
        file.writestr("one.json", json.dumps(withdrawn))
    assert audited(stored)[0] == 0
    with zipfile.ZipFile(stored, "a") as file:
        file.writestr("two.json", json.dumps(advisory("redis", **ranged({"introduced": "0"}))))
    assert audited(stored)[0] == 1


def test_nothing_to_look_up_in_is_no_success(tmp_path: Path) -> None:
    assert audited(tmp_path)[0] == 2
    assert audited(tmp_path / "missing")[0] == 2


def test_two_builds_in_two_folders_are_equal_to_the_bit(tmp_path: Path) -> None:
    built: list[dict[str, str]] = []
    for number, folder in enumerate(("one", "a/folder/elsewhere")):
        copy, out = tmp_path / folder, tmp_path / f"wheels-{number}"
        copy.mkdir(parents=True)
        for name in ("pyproject.toml", "uv.lock"):
            shutil.copy(ROOT / name, copy)
        for name in ("libs", "services", "tools"):
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "dist")
            shutil.copytree(ROOT / name, copy / name, ignore=ignored)
        for path in copy.rglob("*.py"):
            os.utime(path, (1_600_000_000 + number, 1_600_000_000 + number))
        command: list[str | Path] = [ROOT / "scripts/bootstrap", *BUILD]
        command += ["--directory", copy, "--out-dir", out]
        subprocess.run(command, check=True, capture_output=True)
        wheels = sorted(out.glob("*.whl"))
        built.append({each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in wheels})
    assert len(built[0]) == len(list(ROOT.glob("*/*/pyproject.toml")))
    assert built[0] == built[1]
