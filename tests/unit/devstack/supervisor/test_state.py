"""The state directory: one holder at a time, private files, secrets that stay."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from devstack.supervisor.errors import AlreadyRunningError, StateDirectoryError
from devstack.supervisor.secrets import load_secrets
from devstack.supervisor.state import StateDirectory, read_json, write_private

HOLD = """
import sys
from pathlib import Path
from devstack.supervisor.state import StateDirectory
with StateDirectory(Path(sys.argv[1])).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_holder_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(AlreadyRunningError, match=f"process {holder.pid}") as caught,
            StateDirectory(tmp_path).locked(),
        ):
            pass
        assert caught.value.pid == holder.pid
        assert "\n" not in str(caught.value)
        holder.communicate("")
    with StateDirectory(tmp_path).locked():
        pass


def test_a_directory_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StateDirectoryError, match="cannot use"),
        StateDirectory(tmp_path / "file" / "state").locked(),
    ):
        pass


def test_private_files_are_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, {"a": 1})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_json(path) == {"a": 1}
    assert [inner.name for inner in tmp_path.iterdir()] == ["x.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ready.json"
    path.write_text(text)
    with pytest.raises(StateDirectoryError, match=r"ready\.json"):
        read_json(path)


def test_secrets_are_made_once(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    secrets = load_secrets(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(bytes.fromhex(secrets.signing_secret)) == 32
    assert load_secrets(path) == secrets


def test_a_secret_that_is_new_joins_the_old_ones(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    before = load_secrets(path)
    known = json.loads(path.read_text())
    del known["demo_password"]
    path.write_text(json.dumps(known))
    after = load_secrets(path)
    assert after.signing_secret == before.signing_secret
    assert after.demo_password


def test_damaged_secrets_are_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    path.write_text('{"signing_secret": 5}')
    with pytest.raises(StateDirectoryError, match="damaged"):
        load_secrets(path)
    assert path.read_text() == '{"signing_secret": 5}'


def test_secrets_do_not_show_in_a_repr(tmp_path: Path) -> None:
    secrets = load_secrets(tmp_path / "secrets.json")
    assert secrets.signing_secret not in repr(secrets)
