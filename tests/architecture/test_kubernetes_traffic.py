"""How kubernetes/ lets pods come, be reached, be asked for and go, beside docker-compose.yml."""

import re
from typing import Any

import pytest
from tests.support.compose import ROOT, SERVICES
from tests.support.manifests import (
    WORKLOADS,
    Manifest,
    container,
    environment,
    named,
    pod,
    selected,
)

from common.jobs.celery_config import QUEUES

NETWORK = "network.sales-reports/"
DEPLOYMENTS = named("Deployment")
ON_DEMAND = {name for name, service in SERVICES.items() if "profiles" in service}
SCALED = {
    each["spec"]["scaleTargetRef"]["name"] for each in named("HorizontalPodAutoscaler").values()
}

each_workload = pytest.mark.parametrize("name", sorted(WORKLOADS))
each_deployment = pytest.mark.parametrize("name", sorted(DEPLOYMENTS))


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


@pytest.mark.parametrize("name", sorted(set(DEPLOYMENTS) - {"analytics"}))
def test_readiness_is_the_health_check_of_compose(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    probe = container(name)["readinessProbe"]
    if "httpGet" in probe:
        (port,) = container(name)["ports"]
        assert probe["httpGet"]["port"] == port["name"]
        assert f"127.0.0.1:{port['containerPort']}{probe['httpGet']['path']}'" in check["test"][-1]
    else:
        assert ["CMD", *probe["exec"]["command"]] == check["test"]
    assert probe["periodSeconds"] == seconds(check["interval"])
    assert probe["timeoutSeconds"] == seconds(check["timeout"])
    assert probe["failureThreshold"] == check["retries"]


@pytest.mark.parametrize("name", sorted(set(DEPLOYMENTS) - {"analytics"}))
def test_a_pod_is_started_anew_for_what_a_start_mends(name: str) -> None:
    """A server that is away makes a pod unready; where one check sees both, minutes lie between."""
    alive, ready = container(name)["livenessProbe"], container(name)["readinessProbe"]
    if "httpGet" in alive:
        assert alive["httpGet"]["path"] == "/healthz"
        assert container(name)["startupProbe"]["httpGet"] == alive["httpGet"]
    else:
        assert alive["exec"] == ready["exec"]
        asks_redis = name != "gateway"
        patience = alive["periodSeconds"] * alive["failureThreshold"]
        assert patience >= (300 if asks_redis else 30)


@each_deployment
def test_ports_are_those_that_the_service_listens_on(name: str) -> None:
    ports = {each["name"]: str(each["containerPort"]) for each in container(name).get("ports", ())}
    given = environment(name)
    listens = {value for key, value in given.items() if key.endswith("_PORT")}
    if name == "gateway":
        conf = (ROOT / "gateway/nginx.conf").read_text(encoding="utf-8")
        listens = set(re.findall(r"listen (\d+) default_server;", conf))
        assert pod(name)["spec"]["securityContext"]["sysctls"] == [
            {"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}
        ]
    assert set(ports.values()) == listens


def test_services_lead_to_pods_by_the_names_that_the_gateway_knows() -> None:
    conf = (ROOT / "gateway/nginx.conf").read_text(encoding="utf-8")
    known = set(re.findall(r"server ([a-z-]+):(\d+) ", conf))
    found = set()
    for name, service in named("Service").items():
        assert selected({"matchLabels": service["spec"]["selector"]}) == {name}
        (port,) = service["spec"]["ports"]
        (target,) = container(name)["ports"]
        assert port["targetPort"] == target["name"]
        assert port["port"] == target["containerPort"]
        found.add((name, str(port["port"])))
    assert found == known | {("gateway", "80")}


@each_deployment
def test_a_new_version_is_there_before_the_old_one_goes(name: str) -> None:
    strategy = DEPLOYMENTS[name]["spec"]["strategy"]
    if name == "beat":
        assert strategy == {"type": "Recreate"}
    else:
        assert strategy["rollingUpdate"]["maxUnavailable"] == 0


@each_deployment
def test_there_are_two_of_what_is_waited_for(name: str) -> None:
    replicas = DEPLOYMENTS[name]["spec"].get("replicas")
    if name in SCALED:
        assert replicas is None, "each apply would set the scaler's number back"
    else:
        assert replicas == (0 if name in ON_DEMAND else 1 if name == "beat" else 2)


@each_deployment
def test_a_pod_that_goes_has_the_time_it_needs(name: str) -> None:
    spec = pod(name)["spec"]
    pause = container(name).get("lifecycle", {}).get("preStop", {}).get("sleep", {})
    assert bool(pause) is (name in named("Service"))
    kept = seconds(SERVICES[name].get("stop_grace_period", "10s"))
    if name == "gateway":
        conf = (ROOT / "gateway/nginx.conf").read_text(encoding="utf-8")
        kept = max(map(int, re.findall(r"proxy_read_timeout (\d+)s;", conf)))
    left = spec.get("terminationGracePeriodSeconds", 30) - pause.get("seconds", 0)
    assert left >= kept


def test_a_budget_is_for_every_service_of_more_than_one_pod() -> None:
    budgets = named("PodDisruptionBudget")
    for name, budget in budgets.items():
        assert selected(budget["spec"]["selector"]) == {name}
        assert budget["spec"]["maxUnavailable"] == 1
    assert set(budgets) == set(DEPLOYMENTS) - ON_DEMAND - {"beat"}


def test_scalers_lead_to_deployments_and_ask_for_what_there_is() -> None:
    metrics: dict[str, list[Any]] = {}
    for name, scaler in named("HorizontalPodAutoscaler").items():
        target = scaler["spec"]["scaleTargetRef"]
        assert (target["kind"], target["name"]) == ("Deployment", name)
        assert DEPLOYMENTS[name]["apiVersion"] == target["apiVersion"]
        assert 2 <= scaler["spec"]["minReplicas"] < scaler["spec"]["maxReplicas"]
        metrics[name] = scaler["spec"]["metrics"]
    assert set(metrics) == {"report-viewer", "worker"}
    assert [each["resource"]["name"] for each in metrics["report-viewer"]] == ["cpu"]
    queues = [each["external"]["metric"]["selector"]["matchLabels"] for each in metrics["worker"]]
    assert {each["queue"] for each in queues} <= set(QUEUES)
    assert {each["queue"] for each in queues} <= set(
        environment("worker")["WORKER_QUEUES"].split(",")
    )


@each_workload
def test_networks_are_those_of_compose(name: str) -> None:
    labels = pod(name)["metadata"]["labels"]
    on = {key.removeprefix(NETWORK) for key in labels if key.startswith(NETWORK)}
    assert on == set(SERVICES[name]["networks"])
    assert {labels[NETWORK + network] for network in on} == {"true"}


def ports_of(rules: list[Manifest]) -> set[int | str]:
    return {each["port"] for rule in rules for each in rule["ports"]}


def test_policies_shut_all_and_open_what_the_networks_are_for() -> None:
    policies = {name: each["spec"] for name, each in named("NetworkPolicy").items()}
    assert policies["nothing-else"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    out: dict[str, set[int | str]] = {name: set() for name in WORKLOADS}
    into: dict[str, set[int | str]] = {name: set() for name in WORKLOADS}
    for policy in policies.values():
        for name in selected(policy["podSelector"]):
            out[name] |= ports_of(policy.get("egress", []))
            into[name] |= ports_of(policy.get("ingress", []))
        for rule in (*policy.get("egress", ()), *policy.get("ingress", ())):
            for peer in (*rule.get("to", ()), *rule.get("from", ())):
                assert "podSelector" not in peer or selected(peer["podSelector"])
    ports = {"redis": {6379}, "database": {5432}, "internet": {443}}
    for name in WORKLOADS:
        on = SERVICES[name]["networks"]
        expected = {53}.union(*(ports.get(network, set()) for network in on))
        if "OTEL_EXPORTER_OTLP_ENDPOINT" in environment(name):
            expected |= {4318}
        assert out[name] == expected | ({8000, 8001} if name == "gateway" else set()), name
    assert 5432 not in out["report-viewer"]
    assert {name for name, found in into.items() if "http" in found} == {"gateway"}
    assert not [name for name in ("beat", "migrate", "analytics") if into[name]]
    assert selected(policies["services"]["podSelector"]) >= {"share-api", "report-viewer"}
    (rule,) = policies["services"]["ingress"]
    assert selected(rule["from"][0]["podSelector"]) == {"gateway"}


def test_a_collector_of_traces_is_reached_where_the_guide_says() -> None:
    (rule,) = named("NetworkPolicy")["traces"]["spec"]["egress"]
    (peer,) = rule["to"]
    (port,) = ports_of([rule])
    (namespace,) = peer["namespaceSelector"]["matchLabels"].values()
    guide = (ROOT / "docs/howto/run-on-kubernetes.md").read_text(encoding="utf-8")
    assert f".{namespace}.svc.cluster.local:{port}`" in guide


def test_names_are_asked_for_on_the_node_too() -> None:
    """What is on a node's own network no selector means: it is named by its address."""
    peers = [
        (set(peer), peer.get("ipBlock", {}).get("cidr"), sorted(ports_of([rule]), key=str))
        for rule in named("NetworkPolicy")["names"]["spec"]["egress"]
        for peer in rule["to"]
    ]
    assert ({"ipBlock"}, "169.254.20.10/32", [53]) in peers
    assert ({"namespaceSelector"}, None, [53]) in peers


@each_deployment
def test_probes_take_a_part_of_what_a_pod_asks_for(name: str) -> None:
    """Measured: a process that imports the settings takes 0.6 s of a core, any other 0.03 s."""
    each = container(name)
    probes = [
        each[key] for key in ("livenessProbe", "readinessProbe") if "exec" in each.get(key, {})
    ]
    taken = sum(
        (0.6 if "common.settings" in probe["exec"]["command"][-1] else 0.03)
        / probe["periodSeconds"]
        for probe in probes
    )
    asked = each["resources"]["requests"]["cpu"]
    assert taken <= int(asked.removesuffix("m")) / 1000


def test_what_is_asked_for_metrics_lets_itself_be_asked() -> None:
    policy = named("NetworkPolicy")["metrics"]["spec"]
    asked = selected(policy["podSelector"])
    tell = {name for name in DEPLOYMENTS if container(name).get("ports")} - {"gateway"}
    assert asked == tell
    ports = {each["containerPort"] for name in asked for each in container(name)["ports"]}
    assert ports_of(policy["ingress"]) == ports
