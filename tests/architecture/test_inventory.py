"""The inventory names every table, every secret setting, and every algorithm that is used."""

import re
from pathlib import Path

from tests.architecture.test_compose import SECRET

from common.db.tables import SHARED_TABLES, TENANT_TABLES

ROOT = Path(__file__).parents[2]
INVENTORY = (ROOT / "docs/security/inventory.md").read_text(encoding="utf-8")
CLASSES = {"secret", "personal", "confidential", "internal"}
ALGORITHMS = {
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "blake2b": "BLAKE2b",
    "hmac": "HMAC-SHA256",
    "Ed25519PublicKey": "Ed25519",
    "PasswordHasher": "argon2id",
    "Fernet": "Fernet",
}
"""What code calls, and the name that it has in the inventory."""
CRYPTOGRAPHY = re.compile(
    r"hashlib\.(?P<hash>\w+)|(?P<mac>hmac)\.new\(|import .*\b(?P<named>Ed25519PublicKey"
    r"|PasswordHasher|AESGCM|Fernet|ChaCha20Poly1305|md5|sha1)\b"
)


def rows(title: str) -> list[list[str]]:
    """The cells of the tables below a heading, without their heads."""
    section = INVENTORY.split(f"## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [each for each in cells if not set(each[0]) <= {"-"}]


def names(text: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", text))


def test_every_table_has_a_class() -> None:
    classed = {name: row[1] for row in rows("Data by class") for name in names(row[0])}
    tables = {table.__tablename__ for table in (*TENANT_TABLES, *SHARED_TABLES)}
    assert set(classed) == tables
    assert all(set(each.split(", ")) <= CLASSES for each in classed.values())


def test_every_secret_setting_stands_among_the_keys() -> None:
    settings = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^\| `([A-Z_]+)` \|", settings, re.MULTILINE))
    secrets = {name for name in known if SECRET.search(name) or name.endswith("_RETIRED")}
    assert secrets
    assert secrets <= {name for row in rows("Keys and algorithms") for name in names(row[0])}


def test_every_algorithm_that_is_used_stands_there() -> None:
    sources = [*(ROOT / "libs").rglob("src/**/*.py"), *(ROOT / "services").rglob("src/**/*.py")]
    used = {
        name
        for path in sources
        for match in CRYPTOGRAPHY.finditer(path.read_text(encoding="utf-8"))
        for name in match.groups()
        if name
    }
    assert used <= set(ALGORITHMS), "unknown to the inventory"
    keys = INVENTORY.split("## Keys and algorithms\n")[1].split("\n## ")[0]
    assert [name for name in used if ALGORITHMS[name] not in keys] == []
