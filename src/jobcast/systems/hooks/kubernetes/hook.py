"""The hook of Kubernetes: a mutating webhook, asked by AdmissionReviews of admission.k8s.io/v1.

Pods that are to end (``restartPolicy`` Never or OnFailure) and Jobs of batch/v1 are advised when they are created; the
pods of a Job are not asked about again.

- The queue is the label or annotation ``jobcast/queue``, else the label of Kueue; the project is the namespace; the
  description is the annotation ``kubernetes.io/description``; the command is that of the first container.
- Memory is set for the first container: where a pod has several, those beside it keep what they ask for, and where one
  of them leaves that open, nobody knows what is left for the first, and nothing is changed.
- A request never exceeds the limit of its container: the API server would refuse the pod.
- The run limit is that of a pod, which counts from when it is on a node. The ``activeDeadlineSeconds`` of a Job counts
  its waiting and its retries as well: where there is one it stands as it is.
- The least that a LimitRange of a namespace allows is not known here: ``memory_least`` of the rules has to be above it.

Not run against a real API server: its documented requests and answers are what this rests on.
"""

import base64
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import msgspec

from jobcast.advice import Advice, Change, Subject
from jobcast.job import Submission
from jobcast.systems.hooks.base import Expressed, HookCall, HookReply, HookSite, NotAsked, Understood
from jobcast.systems.hooks.kubernetes.patches import patch_of
from jobcast.systems.hooks.kubernetes.pods import Thing, Workload, mapping, mappings, read_job, read_pod, text
from jobcast.systems.hooks.saying import Said, expressed, id_of, lowers_nothing, one_line
from jobcast.units import MIB, Bytes, Seconds, to_mib

_VERSION = "admission.k8s.io/v1"
_KINDS = {("", "v1", "Pod"): read_pod, ("batch", "v1", "Job"): read_job}
_ENDS = ("Never", "OnFailure")
_QUEUE, _KUEUE = "jobcast/queue", "kueue.x-k8s.io/queue-name"
_DESCRIPTION, _ADVICE = "kubernetes.io/description", "jobcast/advice"
_WARNING = 250
"""Characters of a warning; the API server cuts at 256."""
_ANNOTATIONS = 250_000
"""Characters that annotations may hold together; the API server refuses more than 256 KiB."""
_LARGEST = 2**31
"""Seconds of a deadline."""
_MOST_SIGNS = 100_000
"""Commas and opening brackets in a request: with more, to read it takes longer than anybody waits."""


class _Asked(msgspec.Struct):
    uid: str = ""


class _Review(msgspec.Struct):
    request: _Asked = msgspec.field(default_factory=_Asked)


_BEGINNING = re.compile(rb'"request"\s*:\s*\{\s*"uid"\s*:\s*"([A-Za-z0-9-]{1,64})"')
"""As API servers write it; where the rest can't be read, this much still can."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Native:
    """What an API server asked."""

    uid: str
    """Of the request; the answer has to give it back."""
    thing: Thing
    """The Pod or Job."""
    workload: Workload
    """What it asks for."""


class KubernetesHook:
    """Kubernetes at the moment of submission."""

    name = "kubernetes"

    def read(self, call: HookCall, site: HookSite) -> Understood | NotAsked:  # noqa: ARG002 - as the contract has it
        """Read an AdmissionReview."""
        if sum(map(call.body.count, (b",", b"[", b"{"))) > _MOST_SIGNS:
            return NotAsked(reason="unreadable")
        try:
            review = mapping(msgspec.json.decode(call.body))
            if review.get("apiVersion") != _VERSION:
                return NotAsked(reason="unreadable")
            return _read(mapping(review.get("request")), call)
        except (ValueError, RecursionError):  # of msgspec too
            return NotAsked(reason="unreadable")

    def express(self, understood: Understood, advice: Advice, *, memory_limit: bool) -> Expressed:
        """Say the changes that are made for the first container and its pod; amounts become what is written."""
        workload = cast("_Native", understood.native).workload

        def say(change: Change) -> Said | None:
            if change.subject is Subject.MEMORY:
                return _memory(change, workload, memory_limit=memory_limit)
            return _run_limit(change, workload)

        said = expressed(advice, say)
        return (
            replace(said, settings=(*said.settings, ("advice", _note(said.advice))))
            if said.settings
            else said
        )

    def reply(self, understood: Understood, expressed: Expressed, told: tuple[str, ...]) -> HookReply:
        """Allow it, with a patch where something is set."""
        native = cast("_Native", understood.native)
        patch = patch_of(native.thing, _values(native, dict(expressed.settings)))
        more: dict[str, object] = {}
        if patch:
            more |= {"patchType": "JSONPatch", "patch": base64.b64encode(msgspec.json.encode(patch)).decode()}
        if told:
            more["warnings"] = [one_line(one, _WARNING) for one in told]
        return _answer(native.uid, allowed=True, more=more)

    def refuse(self, understood: Understood, why: str) -> HookReply:
        """Answer that it is not allowed."""
        status = {"code": 403, "reason": "Forbidden", "message": one_line(why)}
        return _answer(cast("_Native", understood.native).uid, allowed=False, more={"status": status})

    def silence(self, call: HookCall) -> HookReply:
        """Allow it as it is."""
        try:
            uid = msgspec.json.decode(call.body, type=_Review).request.uid
        except (ValueError, RecursionError):
            found = _BEGINNING.search(call.body)
            uid = found[1].decode() if found else ""
        return _answer(uid, allowed=True, more={})


def _read(request: Thing, call: HookCall) -> Understood | NotAsked:
    """Read a request. Raises ValueError where it says what can't be."""
    kind = mapping(request.get("kind"))
    reader = _KINDS.get(
        (text(kind.get("group")) or "", text(kind.get("version")) or "", text(kind.get("kind")) or "")
    )
    if reader is None:
        return NotAsked(reason="no_job")
    if request.get("operation") != "CREATE" or request.get("subResource"):
        return NotAsked(reason="modification")
    thing = mapping(request.get("object"))
    if reader is read_pod and not _is_of_its_own(thing):
        return NotAsked(reason="no_job")
    workload = reader(thing)
    metadata = mapping(thing.get("metadata"))
    labels, annotations = mapping(metadata.get("labels")), mapping(metadata.get("annotations"))
    return Understood(
        submission=Submission(
            at=call.at,
            user=text(mapping(request.get("userInfo")).get("username")),
            project=text(request.get("namespace")) or text(metadata.get("namespace")),
            queue=text(labels.get(_QUEUE)) or text(annotations.get(_QUEUE)) or text(labels.get(_KUEUE)),
            name=text(metadata.get("name")) or (text(metadata.get("generateName")) or "").rstrip("-") or None,
            command=workload.containers[0].command,
            description=text(annotations.get(_DESCRIPTION)),
            request=workload.request,
        ),
        trial=request.get("dryRun") is True,
        native=_Native(uid=text(request.get("uid")) or "", thing=thing, workload=workload),
    )


def _is_of_its_own(pod: Thing) -> bool:
    """Tell whether a pod is to end, and is none of a Job's, which has been asked about."""
    owners = mappings(mapping(pod.get("metadata")).get("ownerReferences"))
    of_a_job = any(owner.get("kind") == "Job" for owner in owners)
    return mapping(pod.get("spec")).get("restartPolicy") in _ENDS and not of_a_job


def _memory(change: Change, workload: Workload, *, memory_limit: bool) -> Said | None:
    """Set the request of the first container to what the others leave of a pod's; None where that can't be."""
    first, *others = workload.containers
    beside = [one.memory for one in others]
    if None in beside:
        return None
    left = sum(one or 0 for one in beside)
    megabytes = math.ceil((change.after / workload.pods - left) / MIB)
    amount = megabytes * MIB
    after = Bytes((amount + left) * workload.pods)
    within = memory_limit or first.memory_limit is None or amount <= first.memory_limit
    if megabytes < 1 or not within or lowers_nothing(change, after):
        return None
    settings = {"memory": f"{megabytes}Mi"} | ({"memory_limit": f"{megabytes}Mi"} if memory_limit else {})
    return replace(change, after=after), settings


def _run_limit(change: Change, workload: Workload) -> Said | None:
    seconds = math.ceil(change.after)
    if workload.job_deadline is not None or not 0 < seconds < _LARGEST:
        return None
    if lowers_nothing(change, seconds):
        return None
    return replace(change, after=Seconds(seconds)), {"run_limit": str(seconds)}


def _values(native: _Native, settings: dict[str, str]) -> list[tuple[Sequence[str], object]]:
    """Return the paths at which settings belong, and what is put there."""
    pod = native.workload.path
    resources = (*pod, "containers", "0", "resources")
    values: list[tuple[Sequence[str], object]] = []
    if "memory" in settings:
        values.append(((*resources, "requests", "memory"), settings["memory"]))
    if "memory_limit" in settings:
        values.append(((*resources, "limits", "memory"), settings["memory_limit"]))
    if "run_limit" in settings:
        values.append(((*pod, "activeDeadlineSeconds"), int(settings["run_limit"])))
    if "advice" in settings and _has_room(native.thing):
        values.append((("metadata", "annotations", _ADVICE), settings["advice"]))
    return values


def _has_room(thing: Thing) -> bool:
    annotations = mapping(mapping(thing.get("metadata")).get("annotations"))
    return (
        sum(len(str(name).encode()) + len(str(value).encode()) for name, value in annotations.items())
        < _ANNOTATIONS
    )


def _note(advice: Advice) -> str:
    """Name the advice, with what it sets."""
    memory, run_limit = advice.made(Subject.MEMORY), advice.made(Subject.RUN_LIMIT)
    words = [name] if (name := id_of(advice)) else []
    words += [f"memory={to_mib(int(memory))}MB"] if memory else []
    words += [f"run_limit={math.ceil(run_limit)}s"] if run_limit else []
    return " ".join(words)


def _answer(uid: str, *, allowed: bool, more: dict[str, object]) -> HookReply:
    response = {"uid": uid, "allowed": allowed, **more}
    review = {"apiVersion": _VERSION, "kind": "AdmissionReview", "response": response}
    return HookReply(body=msgspec.json.encode(review), media_type="application/json")
