"""The configuration of the webhook. Not run against a real API server."""

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from jobcast.act.hooks.base import Address
from jobcast.act.hooks.kubernetes import KubernetesStub
from jobcast.act.hooks.placing import MARK
from jobcast.errors import ConfigError

FOLDER = KubernetesStub().usual_folder({})


def rendered(address: Address) -> dict[str, Any]:
    (file,) = KubernetesStub().plan(address, Path("/k")).files
    assert (file.path, file.mode) == (Path("/k/jobcast-webhook.yaml"), 0o644)
    assert MARK in file.content
    found: dict[str, Any] = yaml.safe_load(file.content)
    return found


def test_api_servers_ask_about_what_is_created_and_let_all_pass_that_gets_no_answer(tmp_path):
    (tmp_path / "ca.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\n")
    address = Address(url="https://jobcast.site:8470/", certificate=tmp_path / "ca.pem")
    created = {"apiVersions": ["v1"], "operations": ["CREATE"], "scope": "Namespaced"}
    assert rendered(address) == {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "jobcast"},
        "webhooks": [
            {
                "name": "advice.jobcast.local",
                "clientConfig": {
                    "url": "https://jobcast.site:8470/v1/hook/kubernetes",
                    "caBundle": base64.b64encode(b"-----BEGIN CERTIFICATE-----\n").decode(),
                },
                "rules": [
                    {"apiGroups": [""], "resources": ["pods"], **created},
                    {"apiGroups": ["batch"], "resources": ["jobs"], **created},
                ],
                "failurePolicy": "Ignore",
                "timeoutSeconds": 1,
                "sideEffects": "NoneOnDryRun",
                "reinvocationPolicy": "Never",
                "matchPolicy": "Equivalent",
                "admissionReviewVersions": ["v1"],
                "namespaceSelector": {
                    "matchExpressions": [
                        {
                            "key": "kubernetes.io/metadata.name",
                            "operator": "NotIn",
                            "values": ["kube-system", "kube-public", "kube-node-lease"],
                        },
                        {"key": "jobcast", "operator": "NotIn", "values": ["off"]},
                    ]
                },
            }
        ],
    }


def test_without_a_certificate_api_servers_trust_what_their_hosts_do():
    client = rendered(Address(url="https://jobcast.site"))["webhooks"][0]["clientConfig"]
    assert client == {"url": "https://jobcast.site/v1/hook/kubernetes"}


@pytest.mark.parametrize(("deadline", "seconds"), [(0.2, 1), (1.5, 2), (99, 30)])
def test_a_deadline_is_whole_seconds(deadline, seconds):
    address = Address(url="https://jobcast.site", deadline_s=deadline)
    assert rendered(address)["webhooks"][0]["timeoutSeconds"] == seconds


def test_what_yaml_could_take_for_more_than_a_name_stays_a_name():
    url = "https://h:1'\"{}[]&*!|>%@`:#"
    with pytest.raises(ConfigError, match="not an address of a service"):
        rendered(Address(url=url))
    odd = "https://h'\"{}[]&*!|>%`:"
    assert rendered(Address(url=odd))["webhooks"][0]["clientConfig"]["url"] == f"{odd}/v1/hook/kubernetes"


@pytest.mark.parametrize("url", [None, "http://jobcast.site"])
def test_a_service_without_https_is_refused(url):
    with pytest.raises(ConfigError, match="API servers ask over https alone"):
        KubernetesStub().plan(Address(url=url, socket=Path("/s")), FOLDER)


def test_a_certificate_that_can_not_be_read_is_refused(tmp_path):
    address = Address(url="https://jobcast.site", certificate=tmp_path / "none")
    with pytest.raises(ConfigError) as error:
        KubernetesStub().plan(address, FOLDER)
    assert error.value.message == f"{tmp_path / 'none'} can't be read: No such file or directory"


def test_installing_tells_what_kubernetes_must_be_told():
    plan = KubernetesStub().plan(Address(url="https://jobcast.site"), FOLDER)
    assert [one.say() for one in plan.by_hand][1] == "kubectl apply -f /etc/kubernetes/jobcast-webhook.yaml"
    assert [one.say() for one in plan.undo] == ["kubectl delete -f /etc/kubernetes/jobcast-webhook.yaml"]
    with_token = KubernetesStub().plan(Address(url="https://jobcast.site", token_file=Path("/t")), FOLDER)
    assert len(with_token.by_hand) == len(plan.by_hand) + 1
