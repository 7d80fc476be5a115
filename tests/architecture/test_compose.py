"""What docker-compose.yml, the Dockerfiles and the gateway promise, checked without Docker."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from tests.support.compose import COMPOSE, SERVICES, VARIABLE, by_default
from tests.support.servers import POSTGRES_IMAGE, VALKEY_IMAGE

from common.jobs.celery_config import DISCORD_QUEUE, LINK_QUEUE, QUEUES
from common.settings import ServiceSettings
from ingest.webhooks import inbox
from report_viewer.endpoints import csp_reports, unlocking
from report_viewer.settings import ViewerSettings
from share_api.http import json_body
from share_api.middleware import cookies
from share_api.schemas import sales_batch
from share_api.settings import ShareApiSettings
from sharing import logo
from worker.settings import WorkerSettings

ROOT = Path(__file__).parents[2]
LASTING = {name for name, service in SERVICES.items() if service["restart"] != "no"}
REFERENCE = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
SECRET = re.compile(r"PASSWORD|SECRET$|TOKEN|(?<!PUBLIC_)KEY$")
OPTIONAL = {
    "DISCORD_BOT_TOKEN",
    "ANALYTICS_CONNECTION_SECRET",
}
"""Secrets of what need not be there: nothing works by a default of theirs."""
SETTINGS: dict[str, type[ServiceSettings]] = {
    "share-api": ShareApiSettings,
    "report-viewer": ViewerSettings,
    "worker": WorkerSettings,
}
WORKERS = ("worker", "links", "discord")

each_service = pytest.mark.parametrize("name", sorted(SERVICES))


def _variables() -> dict[str, set[str]]:
    """What Compose reads from its environment, and how: ``:?message``, ``:-default`` or nothing."""
    found: dict[str, set[str]] = {}
    for match in VARIABLE.finditer((ROOT / "docker-compose.yml").read_text(encoding="utf-8")):
        found.setdefault(match["name"], set()).add(match["rest"])
    return found


def _documented() -> set[str]:
    names = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", REFERENCE, re.MULTILINE)
    return {name.strip("`") for each in names for name in each.split(", ")}


def _aliases(settings: type[ServiceSettings]) -> set[str]:
    return {str(field.validation_alias) for field in settings.model_fields.values()}


def test_all_parts_are_there() -> None:
    assert {
        "postgres", "valkey", "migrate", "share-api", "report-viewer", "worker", "links", "discord",
        "beat", "gateway",
    } == LASTING | {"migrate"}  # fmt: skip
    assert set(SERVICES) == LASTING | {"migrate", "analytics"}


@pytest.mark.parametrize("name", sorted(LASTING))
def test_a_lasting_service_has_a_health_check_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@each_service
def test_a_service_may_do_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["read_only"] is True
    assert service["init"] is True
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]


@each_service
def test_what_a_service_needs_is_waited_for(name: str) -> None:
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        lasts = needed in LASTING
        expected = "service_healthy" if lasts else "service_completed_successfully"
        assert how["condition"] == expected


def test_only_the_gateway_is_published_and_on_loopback() -> None:
    published = {
        name: list(map(by_default, service["ports"]))
        for name, service in SERVICES.items()
        if "ports" in service
    }
    assert published == {"gateway": ["127.0.0.1:8080:80"]}
    assert not [name for name, service in SERVICES.items() if "network_mode" in service]


def test_only_the_gateway_and_what_speaks_to_discord_have_a_way_out() -> None:
    inside = {name for name, network in COMPOSE["networks"].items() if network.get("internal")}
    open_ = {name for name, service in SERVICES.items() if set(service["networks"]) - inside}
    assert open_ == {"gateway", "discord", "analytics"}
    assert "outside" in SERVICES["gateway"]["networks"]
    assert all("outside" not in SERVICES[name]["networks"] for name in open_ - {"gateway"})


def test_jobs_go_where_they_are_taken_at_once_and_where_there_is_a_way() -> None:
    queues = {name: str(SERVICES[name]["environment"]["WORKER_QUEUES"]) for name in WORKERS}
    assert queues["discord"] == DISCORD_QUEUE
    assert queues["links"] == LINK_QUEUE
    taken = queues["worker"].removeprefix("${WORKER_QUEUES:-").removesuffix("}")
    assert taken == ",".join(queue for queue in QUEUES if queue != DISCORD_QUEUE)


def test_the_viewer_has_neither_the_address_of_the_database_nor_a_way_to_it() -> None:
    viewer = SERVICES["report-viewer"]
    assert not [name for name in viewer["environment"] if name.startswith("DATABASE")]
    assert "postgres" not in str(viewer["environment"]).lower()
    assert not set(viewer["networks"]) & set(SERVICES["postgres"]["networks"])


def test_only_the_migrations_know_the_owner() -> None:
    know = {
        name
        for name, service in SERVICES.items()
        if "POSTGRES_PASSWORD" in str(service.get("environment"))
    }
    assert know == {"postgres", "migrate"}


def test_no_secret_has_a_default() -> None:
    secrets = {name: how for name, how in _variables().items() if SECRET.search(name)}
    assert {each for name in OPTIONAL for each in secrets.pop(name)} == {":-"}
    assert set(secrets) == {
        "POSTGRES_PASSWORD",
        "DATABASE_PASSWORD",
        "VALKEY_PASSWORD",
        "ANALYTICS_SHARE_SIGNING_SECRET",
    }
    for how in secrets.values():
        assert all(rest.startswith(":?") for rest in how)


@each_service
def test_an_environment_holds_no_secret_in_the_clear(name: str) -> None:
    for key, value in SERVICES[name].get("environment", {}).items():
        if SECRET.search(key) or "://" in value:
            without = VARIABLE.sub("", value)
            assert not re.search(r":[^/@]+@", without)
            assert "://" in without or not without


@each_service
def test_images_are_pinned(name: str) -> None:
    service = SERVICES[name]
    repository, _, tag = service["image"].partition(":")
    assert repository
    assert tag
    assert not tag.startswith("latest")


@pytest.mark.parametrize("path", ["Dockerfile", "gateway/Dockerfile"])
def test_an_image_is_built_from_pinned_ones_and_does_not_run_as_root(path: str) -> None:
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    instructions = [line.split() for line in lines if line[:1].isupper()]
    stages = {words[3] for words in instructions if words[0] == "FROM" and len(words) > 3}
    outside = {words[1] for words in instructions if words[0] == "FROM"} - stages
    assert outside == {
        f"${{{words[1].split('=')[0]}}}" for words in instructions if words[0] == "ARG"
    }
    assert all(re.search(r":\d", words[1]) for words in instructions if words[0] == "ARG")
    assert any(words[0] == "USER" and words[1] != "root" for words in instructions)
    assert any(words[0] == "STOPSIGNAL" for words in instructions)
    assert all(words[1].startswith("[") for words in instructions if words[0] == "CMD")


def test_every_target_of_the_dockerfile_is_locked_and_without_development_tools() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    syncs = re.findall(r"^RUN (uv sync .*)$", text, re.MULTILINE)
    assert len(syncs) == 8
    assert all("--frozen --no-dev" in sync for sync in syncs)
    assert all("--no-editable" in sync or "--no-install-workspace" in sync for sync in syncs)
    built = {
        service["build"]["target"] for service in SERVICES.values() if "target" in str(service)
    }
    assert built == set(re.findall(r"^FROM runtime AS (\S+)$", text, re.MULTILINE))
    assert re.search(r"pip install .*\buv==\d+\.\d+\.\d+$", text, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_setting_of_a_service_reaches_it_and_no_other(name: str) -> None:
    assert set(SERVICES[name]["environment"]) == _aliases(SETTINGS[name])


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_setting_of_a_service_is_documented(name: str) -> None:
    assert _aliases(SETTINGS[name]) <= _documented()


def test_everything_that_compose_reads_or_passes_on_is_documented() -> None:
    own = {"gateway", "postgres", "valkey"}
    passed = {
        key
        for name, service in SERVICES.items()
        if name not in own
        for key in service["environment"]
    }
    assert set(_variables()) | passed <= _documented()


def test_every_documented_setting_exists() -> None:
    known = set(_variables()).union(*map(_aliases, SETTINGS.values()))
    assert _documented() <= known | {"DATABASE_OWNER_URL"}


def test_the_example_environment_holds_every_secret_and_no_value_of_one() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    example = dict(line.split("=", 1) for line in lines if line[:1].isalpha())
    secrets = {name for name in _variables() if SECRET.search(name)} - OPTIONAL
    assert secrets <= set(example)
    assert not [name for name in secrets if example[name]]
    assert set(example) <= set(_variables())


def test_compose_env_writes_fresh_secrets_for_the_owner_alone_and_never_twice(
    tmp_path: Path,
) -> None:
    def write(path: Path) -> subprocess.CompletedProcess[str]:
        script = [ROOT / "scripts/compose-env", path]
        return subprocess.run(script, capture_output=True, text=True, check=False)

    one, other = tmp_path / "one", tmp_path / "other"
    assert write(one).returncode == write(other).returncode == 0
    assert one.stat().st_mode & 0o777 == 0o600
    values = [
        line.split("=", 1)[1]
        for path in (one, other)
        for line in path.read_text(encoding="utf-8").splitlines()
        if SECRET.search(line.split("=", 1)[0]) and "=" in line
    ]
    assert len(set(values)) == len(values) == 10
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for value in values)
    before = one.read_bytes()
    again = write(one)
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert one.read_bytes() == before


IMAGE = re.compile(r"\$\{([A-Z]+_IMAGE):-([^}]+)\}")


def test_images_of_others_are_named_once_more_only_as_what_a_build_alone_takes() -> None:
    images = dict(IMAGE.findall((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    for dockerfile in (ROOT / "Dockerfile", ROOT / "gateway/Dockerfile"):
        text = dockerfile.read_text(encoding="utf-8")
        arguments = dict(re.findall(r"^ARG ([A-Z]+_IMAGE)=(.+)$", text, re.MULTILINE))
        assert {name: images[name] for name in arguments} == arguments
        assert arguments
    assert (images["POSTGRES_IMAGE"], images["VALKEY_IMAGE"]) == (POSTGRES_IMAGE, VALKEY_IMAGE)
    assert not [
        each for each in SERVICES.values() if "build" not in each and "$" not in each["image"]
    ]


@pytest.mark.parametrize("pulled", [True, False])
def test_images_of_others_are_pinned_by_the_digest_that_they_were_pulled_by(
    tmp_path: Path, *, pulled: bool
) -> None:
    digest = f"sha256:{'5c' * 32}"
    docker = tmp_path / "docker"
    answer = f"some/image@{digest}" if pulled else ""
    docker.write_text(f'#!/bin/sh\n[ "$1" = pull ] || echo "{answer}"\n', encoding="utf-8")
    docker.chmod(0o700)
    done = subprocess.run(
        [ROOT / "scripts/pin-images"],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    images = dict(IMAGE.findall((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    lines = [f"{name}={image}@{digest}" for name, image in sorted(images.items())]
    assert done.stdout.splitlines() == (lines if pulled else [])
    assert done.returncode == (0 if pulled else 1)
    assert ("was built here" in done.stderr) is not pulled


def test_the_gateway_sends_each_path_to_its_service() -> None:
    text = (ROOT / "gateway/nginx.conf").read_text(encoding="utf-8")
    routes = dict(re.findall(r"location (?:= )?(\S+) \{[^}]*?proxy_pass http://(\w+)", text))
    assert {path.strip("/").split("/")[0]: to for path, to in routes.items()} == {
        "api": "share_api",
        "admin": "share_api",
        "csp-reports": "report_viewer",
        "static": "report_viewer",
        "share-api": "share_api",
        "report-viewer": "report_viewer",
    }
    assert {path: to for path, to in routes.items() if path.startswith("/api/")} == {
        "/api/reports": "report_viewer",
        "/api/reports/": "report_viewer",
        "/api/admin": "share_api",
        "/api/admin/": "share_api",
        "/api/admin/analytics/shares/bulk": "share_api",
        "/api/admin/sales/": "share_api",
        "/api/admin/shop/brand/logo": "share_api",
        "/api/ingest/": "share_api",
        "/api/admin/imports": "share_api",
        "/api/discord/interactions": "share_api",
    }
    assert "server_tokens off;" in text


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/reports/t/unlock", unlocking.MOST_BYTES),
        ("/csp-reports", csp_reports.MOST_BYTES),
        ("/api/admin/session", json_body.MAX_BODY_BYTES),
        ("/api/admin/analytics/shares/bulk", json_body.MAX_LIST_BODY_BYTES),
        ("/admin/invitation/t", json_body.MAX_BODY_BYTES),
        ("/api/admin/sales/orders", sales_batch.MOST_BYTES_OF_LINES),
        ("/api/ingest/c/shopify", inbox.MOST_BYTES),
        ("/api/admin/shop/brand/logo", logo.MOST_BYTES),
        ("/admin/settings/brand/logo", logo.MOST_BYTES),
    ],
)
def test_the_gateway_takes_what_the_service_behind_it_takes(path: str, most: int) -> None:
    """Of locations nginx takes the one that is the path, else the longest that it begins with."""
    text = (ROOT / "gateway/nginx.conf").read_text(encoding="utf-8")
    units = {"": 1, "k": 1024, "m": 1024**2}
    bound = re.compile(r"client_max_body_size (\d+)(\w?);")
    found: dict[str, int] = {}
    for exact, place, body in re.findall(r"location (= )?(\S+) \{([^}]*)\}", text):
        told = bound.search(body) or bound.search(text)
        assert told is not None
        if place == path if exact else path.startswith(place):
            found[place] = int(told[1]) * units[told[2]]
    assert found[max(found, key=len)] >= most


def test_the_gateways_memory_is_that_of_its_limit_and_not_of_the_host() -> None:
    """Each process of nginx makes room for all its connections when it starts."""
    text = (ROOT / "gateway/nginx.conf").read_text(encoding="utf-8")
    processes, connections = (
        int(re.findall(rf"worker_{name} (\d+);", text)[0]) for name in ("processes", "connections")
    )
    # On 64 bits a connection takes 232 bytes, and each of its two events 96.
    taken = processes * connections * (232 + 2 * 96)
    (kept,) = re.findall(r"max_size=(\d+)m", text)
    files = int(kept) * 1024**2  # /tmp is memory
    assert taken + files < int(SERVICES["gateway"]["mem_limit"].removesuffix("m")) * 1024**2 / 2


def test_each_place_of_the_gateway_with_headers_of_its_own_tells_the_request_id() -> None:
    """Headers are inherited where a place adds none, and then all of them."""
    text = (ROOT / "gateway/nginx.conf").read_text(encoding="utf-8")
    told = "add_header X-Request-ID $request_id always;"
    places = re.findall(r"^ {8}location [^\n]* \{\n(.*?)^ {8}\}", text, re.MULTILINE | re.DOTALL)
    assert any("add_header" in place for place in places)
    assert [place for place in places if "add_header" in place and told not in place] == []
    assert told in text.partition("    server {")[0]
    assert "proxy_hide_header X-Request-ID;" in text


def test_the_gateway_logs_no_raw_request() -> None:
    text = (ROOT / "gateway/nginx.conf").read_text(encoding="utf-8")
    log_format = re.search(r"log_format \w+ [^;]*;", text)
    assert log_format
    logged = set(re.findall(r"\$(\w+)", log_format[0]))
    raw = {"request", "request_uri", "uri", "args", "query_string", "http_referer", "http_cookie"}
    assert not logged & (raw | {"http_user_agent", "document_uri", "request_filename"})
    assert re.search(r"http \{\s+error_log stderr emerg;", text)
    assert all("redacted" in line or " off;" in line for line in re.findall(r"access_log .*", text))


def test_the_gateway_passes_on_the_cookies_of_the_console_and_no_others() -> None:
    text = (ROOT / "gateway/nginx.conf").read_text(encoding="utf-8")
    line = next(each for each in text.splitlines() if "/admin(/|$)" in each and "cookie_" in each)
    passed = re.findall(r"(\w+)=\$cookie_(\w+)", line)
    assert [name for name, _ in passed] == [of for _, of in passed] == list(cookies.OURS)
