"""The Kubernetes manifests as tests ask for them: by kind and name, and what a pod is given."""

from pathlib import Path
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).parents[2] / "kubernetes"
Manifest = dict[str, Any]

KUSTOMIZATION: Final[Manifest] = yaml.load(
    (FOLDER / "kustomization.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
MANIFESTS: Final[list[Manifest]] = [
    each
    for file in KUSTOMIZATION["resources"]
    for each in yaml.load_all((FOLDER / file).read_text(encoding="utf-8"), yaml.CSafeLoader)
]


def named(kind: str) -> dict[str, Manifest]:
    """All of one kind, by name."""
    return {each["metadata"]["name"]: each for each in MANIFESTS if each["kind"] == kind}


WORKLOADS: Final[dict[str, Manifest]] = named("Deployment") | named("Job")


def pod(workload: str) -> Manifest:
    """The template of a workload's pods."""
    template: Manifest = WORKLOADS[workload]["spec"]["template"]
    return template


def container(workload: str) -> Manifest:
    """The one container of a workload's pods."""
    (only,) = pod(workload)["spec"]["containers"]
    found: Manifest = only
    return found


def environment(workload: str) -> dict[str, str]:
    """What a workload's container is given: of its ConfigMaps, then by itself.

    Raises:
        KeyError: a ConfigMap, or a key of one, is not there.
    """
    maps = named("ConfigMap")
    given: dict[str, str] = {}
    for source in container(workload).get("envFrom", ()):
        given |= maps[source["configMapRef"]["name"]]["data"]
    for each in container(workload).get("env", ()):
        if "value" in each:
            given[each["name"]] = each["value"]
        else:
            where = each["valueFrom"]["configMapKeyRef"]
            given[each["name"]] = maps[where["name"]]["data"][where["key"]]
    return given


def secrets(workload: str) -> dict[bool, set[str]]:
    """The keys of the Secret that pods have as files, by whether they must be there."""
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for volume in pod(workload)["spec"]["volumes"]:
        for source in volume.get("projected", {}).get("sources", ()):
            needed = not source["secret"].get("optional", False)
            found[needed] |= {item["key"] for item in source["secret"]["items"]}
    return found


def selected(selector: Manifest) -> set[str]:
    """The workloads whose pods a selector of labels means.

    Raises:
        AssertionError: it names a value that no pod has.
    """
    labels = {name: pod(name)["metadata"]["labels"] for name in WORKLOADS}
    wanted = selector.get("matchLabels", {}).items()
    found = {name for name in labels if wanted <= labels[name].items()}
    for each in selector.get("matchExpressions", ()):
        assert each["operator"] == "In"
        assert set(each["values"]) <= {one.get(each["key"]) for one in labels.values()}
        found &= {name for name in labels if labels[name].get(each["key"]) in each["values"]}
    return found
