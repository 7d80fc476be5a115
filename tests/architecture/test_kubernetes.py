"""What kubernetes/ promises: the same system as docker-compose.yml's, by valid documents.

Nothing is run on a cluster here. Documents are held against Kubernetes' own schemas, of the oldest
version that is meant and of the newest that is known, with every unknown field refused.
"""

import os
import re
from pathlib import Path
from unittest import mock

import pytest
from kubernetes_validate.utils import validate
from tests.support.compose import ROOT, SERVICES, by_default
from tests.support.manifests import (
    FOLDER,
    KUSTOMIZATION,
    MANIFESTS,
    WORKLOADS,
    Manifest,
    container,
    environment,
    named,
    pod,
    secrets,
    selected,
)

from common.secret_files import SECRETS
from common.settings import ServiceSettings, load
from report_viewer.settings import ViewerSettings
from share_api.settings import ShareApiSettings
from worker.settings import WorkerSettings

GUIDE = (ROOT / "docs/howto/run-on-kubernetes.md").read_text(encoding="utf-8")
NAME = "app.kubernetes.io/name"
FILES = "/run/secrets/sales-reports/"
OUTSIDE = {"postgres", "valkey"}
"""What stands outside: managed, or the operator's."""
OURS = {name: service for name, service in SERVICES.items() if name not in OUTSIDE}
OWN = {"PUBLIC_BASE_URL": "https://reports.example.com", "WORKER_METRICS_PORT": "9100"}
"""What has another value than Compose's: a real address, and metrics, which a scaler reads."""
each_workload = pytest.mark.parametrize("name", sorted(WORKLOADS))
each_document = pytest.mark.parametrize(
    "manifest", MANIFESTS, ids=lambda each: f"{each['kind']}-{each['metadata']['name']}"
)


def mebibytes(text: str) -> int:
    found = re.fullmatch(r"(\d+)([mg]|Mi|Gi)", text)
    assert found is not None, text
    return int(found[1]) * (1024 if found[2].lower().startswith("g") else 1)


@pytest.mark.parametrize("version", ["1.34", "1.37"])
@each_document
def test_a_document_is_valid_and_has_no_field_that_there_is_not(
    manifest: Manifest, version: str
) -> None:
    validate(manifest, version, strict=True)


def test_every_file_is_applied_and_no_document_is_there_twice() -> None:
    there = {path.name for path in FOLDER.iterdir()} - {"kustomization.yaml"}
    assert set(KUSTOMIZATION["resources"]) == there
    keys = [(each["kind"], each["metadata"]["name"]) for each in MANIFESTS]
    assert len(set(keys)) == len(keys)
    assert not [each for each in MANIFESTS if "namespace" in each["metadata"]]
    assert set(named("Namespace")) == {KUSTOMIZATION["namespace"]}
    used = {container(name)["image"].rpartition(":")[0] for name in WORKLOADS}
    assert {each["name"] for each in KUSTOMIZATION["images"]} == used


def test_what_compose_runs_is_there_but_the_servers() -> None:
    assert set(WORKLOADS) == set(OURS)
    assert set(named("Job")) == {"migrate"}


@each_workload
def test_names_labels_and_selectors_agree(name: str) -> None:
    manifest = WORKLOADS[name]
    assert manifest["metadata"]["labels"] == {NAME: name}
    assert pod(name)["metadata"]["labels"][NAME] == container(name)["name"] == name
    if manifest["kind"] == "Deployment":
        assert selected(manifest["spec"]["selector"]) == {name}


@each_workload
def test_image_and_command_are_those_of_compose(name: str) -> None:
    assert container(name)["image"] == by_default(SERVICES[name]["image"])
    if name == "analytics":  # kept there for commands, which Compose runs one by one
        assert container(name)["command"] == ["sleep", "infinity"]
        return
    # What the image runs by itself is an entry point for the command alone: an argument there.
    key = "args" if SERVICES[name]["build"].get("target") == "analytics" else "command"
    assert container(name).get(key) == SERVICES[name].get("command")
    assert not {"args", "command"} - {key} & set(container(name))


@each_workload
def test_a_container_is_given_what_compose_gives_it_and_secrets_as_files_alone(name: str) -> None:
    compose = SERVICES[name].get("environment", {})
    expected = {f"{key}_FILE" if key in SECRETS else key for key in compose}
    given = environment(name)
    assert set(given) == expected
    for key in set(compose) - set(SECRETS) - set(OWN):
        assert given[key] == by_default(compose[key]), key
    assert {key: given[key] for key in OWN if key in given} == {
        key: value for key, value in OWN.items() if key in compose
    }


@each_workload
def test_a_pod_has_the_files_of_its_own_secrets_and_no_others(name: str) -> None:
    compose = SERVICES[name].get("environment", {})
    files = secrets(name)
    assert files[True] | files[False] == set(compose) & set(SECRETS)
    given = environment(name)
    assert {given[f"{key}_FILE"] for key in files[True]} == {FILES + key for key in files[True]}
    assert {given[f"{key}_FILE"] for key in files[False]} <= {""}
    mounts = {each["name"]: each["mountPath"] for each in container(name)["volumeMounts"]}
    assert mounts.get("secrets", FILES.rstrip("/")) == FILES.rstrip("/")
    for volume in pod(name)["spec"]["volumes"]:
        assert set(volume) - {"name"} <= {"emptyDir", "projected"}
        for source in volume.get("projected", {}).get("sources", ()):
            assert source["secret"]["name"] == "sales-reports"
            assert all(item["path"] == item["key"] for item in source["secret"]["items"])


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("share-api", ShareApiSettings),
        ("report-viewer", ViewerSettings),
        ("worker", WorkerSettings),
        ("links", WorkerSettings),
        ("discord", WorkerSettings),
        ("beat", WorkerSettings),
    ],
)
def test_a_service_takes_what_it_is_given(
    name: str, settings: type[ServiceSettings], tmp_path: Path
) -> None:
    values = {
        "ANALYTICS_SHARE_SIGNING_SECRET": os.urandom(32).hex(),
        "DATABASE_URL": "postgresql://analytics_service:x@10.0.0.5:5432/analytics",
        "REDIS_URL": "redis://:x@10.0.0.6:6379/0",
    }
    for key in secrets(name)[True]:
        (tmp_path / key).write_text(values[key] + "\n", encoding="utf-8")
    given = {key: value.replace(FILES, f"{tmp_path}/") for key, value in environment(name).items()}
    with mock.patch.dict(os.environ, given, clear=True):
        taken = load(settings)
    told = {str(field.validation_alias): each for each, field in settings.model_fields.items()}
    for key in secrets(name)[True]:
        assert getattr(taken, told[key]).get_secret_value() == values[key]


def test_secrets_that_must_be_there_are_those_of_compose_and_the_guide_makes_them() -> None:
    needed = {key for name in WORKLOADS for key in secrets(name)[True]}
    optional = {key for name in WORKLOADS for key in secrets(name)[False]}
    assert needed == {
        "ANALYTICS_SHARE_SIGNING_SECRET", "DATABASE_OWNER_URL", "DATABASE_URL", "REDIS_URL",
    }  # fmt: skip
    assert needed | optional == set(SECRETS)
    assert not needed & optional
    assert set(re.findall(r"--from-file=(\w+)", GUIDE)) == needed
    assert not named("Secret"), "a value of one would be here"


@pytest.mark.parametrize(
    "name", sorted(each for each in WORKLOADS if WORKLOADS[each]["spec"].get("replicas") != 0)
)
def test_a_pod_starts_beside_the_settings_of_another_version(name: str) -> None:
    """A key that is not there yet, or no more, has its default and keeps no container back."""
    asked = [
        each["valueFrom"]["configMapKeyRef"]
        for each in container(name).get("env", ())
        if "valueFrom" in each
    ]
    assert [each["key"] for each in asked if each.get("optional") is not True] == []


def test_an_upgrade_brings_in_the_settings_before_it_migrates() -> None:
    upgrade = GUIDE.partition("## Upgrade")[2]
    settings = upgrade.index("apply -f kubernetes/settings.yaml")
    assert settings < upgrade.index("-l app.kubernetes.io/name=migrate")
    (file,) = {
        each
        for each in KUSTOMIZATION["resources"]
        if "kind: ConfigMap" in (FOLDER / each).read_text(encoding="utf-8")
    }
    assert file == "settings.yaml"


def test_no_setting_is_there_that_nobody_is_given() -> None:
    stated = {key for each in named("ConfigMap").values() for key in each["data"]}
    assert stated == {key for name in WORKLOADS for key in environment(name)} - {
        f"{key}_FILE" for name in WORKLOADS for key in secrets(name)[True]
    }


@each_workload
def test_a_pod_may_do_no_more_than_it_needs(name: str) -> None:
    spec = pod(name)["spec"]
    user = spec["securityContext"]["runAsUser"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container(name)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert spec["shareProcessNamespace"] is SERVICES[name]["init"] is True
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(spec)
    dockerfile = "gateway/Dockerfile" if name == "gateway" else "Dockerfile"
    (line,) = re.findall(r"^USER (.*)$", (ROOT / dockerfile).read_text(), re.MULTILINE)
    assert line == f"{user}:{spec['securityContext']['runAsGroup']}"
    assert user == spec["securityContext"]["fsGroup"] > 0
    (tmp,) = (each["emptyDir"] for each in spec["volumes"] if "emptyDir" in each)
    assert tmp["medium"] == "Memory", "tokens and customers' data are on no disk of a node"
    options = {each["name"]: each["value"] for each in spec["dnsConfig"]["options"]}
    assert {f"{key}:{options[key]}" for key in ("timeout", "attempts")} == set(
        SERVICES[name]["dns_opt"]
    )


def test_a_pod_that_may_do_more_is_refused() -> None:
    (namespace,) = named("Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@each_workload
def test_memory_is_that_of_compose(name: str) -> None:
    resources = container(name)["resources"]
    assert mebibytes(resources["limits"]["memory"]) == mebibytes(SERVICES[name]["mem_limit"])
    assert resources["requests"]["memory"] == resources["limits"]["memory"]
    assert resources["requests"]["cpu"]
    (tmp,) = (each["emptyDir"] for each in pod(name)["spec"]["volumes"] if "emptyDir" in each)
    assert mebibytes(tmp["sizeLimit"]) <= mebibytes(resources["limits"]["memory"]) / 2


def test_the_guide_has_a_way_for_the_commands_of_the_tables_owner() -> None:
    """A Job as `migrate` with another command: it has what they need, and nothing else has."""
    assert {name for name in WORKLOADS if "DATABASE_OWNER_URL" in secrets(name)[True]} == {
        "migrate"
    }
    needed = {"DATABASE_OWNER_URL", "DATABASE_SHARD_OWNER_URLS", "REDIS_URL"}
    assert needed <= secrets("migrate")[True] | secrets("migrate")[False]
    assert len(pod("migrate")["spec"]["containers"]) == 1
    assert WORKLOADS["migrate"]["metadata"]["labels"] == {NAME: "migrate"}
    for said in (f"-l {NAME}=migrate --dry-run", "del(.args)", "job/owner", "erase-tenant"):
        assert said in GUIDE
