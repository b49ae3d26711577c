"""What Kubernetes needs so that it asks jobcast at submission: the configuration of a mutating webhook.

Where the service does not answer in time, API servers let everything pass (``failurePolicy: Ignore``). Written after
the reference of admissionregistration.k8s.io/v1; not run against a real API server.
"""

import base64
import math
from collections.abc import Mapping
from pathlib import Path

import yaml

from jobcast.act.hooks.base import Address, Plan, StubFile
from jobcast.act.hooks.template import checked_url
from jobcast.errors import ConfigError
from jobcast.language import phrase, say

_FILE = "jobcast-webhook.yaml"
_FOLDER = Path("/etc/kubernetes")
_HEAD = (
    '# Written by "jobcast hook install kubernetes". It counts once "kubectl apply -f" has been told of it.\n'
)
_MOST_SECONDS = 30
"""Kubernetes allows whole seconds from 1 on."""
_ROUTE = "/v1/hook/kubernetes"
_OWN_NAMESPACES = ["kube-system", "kube-public", "kube-node-lease"]


class KubernetesStub:
    """How the hook of Kubernetes is installed."""

    name = "kubernetes"

    def usual_folder(self, environment: Mapping[str, str]) -> Path:  # noqa: ARG002 - as the contract has it
        """Return where other configurations of Kubernetes stand; it asks for no certain place."""
        return _FOLDER

    def plan(self, address: Address, folder: Path) -> Plan:
        """Return the configuration for `folder`; raises ConfigError without a URL of https."""
        file = self.file(folder)
        content = _HEAD + yaml.safe_dump(_configuration(address), sort_keys=False)
        token = (phrase("hook_kubernetes.token"),) if address.token_file else ()
        return Plan(
            files=(StubFile(path=file, content=content, mode=0o644),),
            by_hand=(
                *token,
                phrase("hook_kubernetes.least"),
                phrase("hook_kubernetes.apply", file=file),
                phrase("hook_kubernetes.exempt"),
            ),
            undo=(phrase("hook_kubernetes.undo", file=file),),
        )

    def file(self, folder: Path) -> Path:
        """Return the configuration."""
        return folder / _FILE

    def read(self, text: str) -> Address:
        """Return what the configuration says; it holds no name of a file."""
        try:
            (webhook,) = yaml.safe_load(text)["webhooks"]
            client = webhook["clientConfig"]
            bundle = client.get("caBundle")
            return Address(
                url=client["url"].removesuffix(_ROUTE),
                authority=None if bundle is None else base64.b64decode(bundle),
                deadline_s=float(webhook["timeoutSeconds"]),
            )
        except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
            raise ValueError(str(error)) from error


def _configuration(address: Address) -> dict[str, object]:
    webhook = {
        "name": "advice.jobcast.local",
        "clientConfig": _client(address),
        "rules": [_created("", "pods"), _created("batch", "jobs")],
        "failurePolicy": "Ignore",
        "timeoutSeconds": min(max(1, math.ceil(address.deadline_s)), _MOST_SECONDS),
        "sideEffects": "NoneOnDryRun",
        "reinvocationPolicy": "Never",
        "matchPolicy": "Equivalent",
        "admissionReviewVersions": ["v1"],
        "namespaceSelector": {
            "matchExpressions": [
                {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": _OWN_NAMESPACES},
                {"key": "jobcast", "operator": "NotIn", "values": ["off"]},
            ]
        },
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "jobcast"},
        "webhooks": [webhook],
    }


def _client(address: Address) -> dict[str, str]:
    """Return how API servers reach the service; without a certificate they trust what their hosts do."""
    if not address.url or not address.url.startswith("https://"):
        raise ConfigError(say("hook_kubernetes.no_https"), hint=say("hook_kubernetes.no_https_cure"))
    client = {"url": f"{checked_url(address.url)}{_ROUTE}"}
    if address.authority is not None:
        client["caBundle"] = base64.b64encode(address.authority).decode()
    elif address.certificate is not None:
        try:
            certificate = address.certificate.read_bytes()
        except OSError as error:
            raise ConfigError(
                say("hook_kubernetes.certificate", path=address.certificate, why=error.strerror or error),
                hint=say("hook_kubernetes.certificate_cure"),
            ) from error
        client["caBundle"] = base64.b64encode(certificate).decode()
    return client


def _created(group: str, resource: str) -> dict[str, object]:
    return {
        "apiGroups": [group],
        "apiVersions": ["v1"],
        "operations": ["CREATE"],
        "resources": [resource],
        "scope": "Namespaced",
    }
