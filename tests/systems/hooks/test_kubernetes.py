"""AdmissionReviews: what Pods and Jobs ask for, and what their patches make of them. Not run against an API server."""

import base64
import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.advice import Advice, Change, ChangeKind, Kept, KeptReason, Mode, Subject
from jobcast.job import Request, Submission
from jobcast.systems.hooks.base import HookCall, HookSite, NotAsked, Understood
from jobcast.systems.hooks.kubernetes.hook import KubernetesHook
from jobcast.systems.hooks.kubernetes.patches import patch_of, pointer
from jobcast.systems.hooks.kubernetes.quantities import parse_bytes, parse_quantity
from jobcast.units import GIB, MIB
from tests.systems.hooks.applied import applied

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOOK = KubernetesHook()
UID = "705ab4f5-6393-11e8-b7cc-42010a800002"

JOB: dict[str, Any] = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"generateName": "train-", "labels": {"kueue.x-k8s.io/queue-name": "gpu"}},
    "spec": {
        "parallelism": 4,
        "completions": 10,
        "template": {
            "spec": {
                "restartPolicy": "Never",
                "activeDeadlineSeconds": 7200,
                "containers": [
                    {
                        "name": "main",
                        "image": "site/train:1",
                        "command": ["python", "train.py"],
                        "args": ["--data", "a b"],
                        "resources": {
                            "requests": {"memory": "8Gi", "cpu": "1500m"},
                            "limits": {"memory": "16Gi"},
                        },
                    }
                ],
            }
        },
    },
}


def pod(*containers: dict[str, Any], **more: Any) -> dict[str, Any]:
    spec = {
        "restartPolicy": "Never",
        "containers": list(containers) or [{"name": "main", "image": "a"}],
        **more,
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, "spec": spec}


def container(**resources: Any) -> dict[str, Any]:
    return {"name": "main", "image": "a", "resources": resources}


def review(thing: Any, **more: Any) -> bytes:
    kind = thing.get("kind", "Pod") if isinstance(thing, dict) else "Pod"
    request = {
        "uid": UID,
        "kind": {"group": "batch" if kind == "Job" else "", "version": "v1", "kind": kind},
        "operation": "CREATE",
        "namespace": "chip1",
        "userInfo": {"username": "ada"},
        "object": thing,
        **more,
    }
    return json.dumps(
        {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    ).encode()


def ask(body: bytes) -> Understood | NotAsked:
    return HOOK.read(HookCall(body=body, at=AT), HookSite())


def read(thing: Any, **more: Any) -> Understood:
    understood = ask(review(thing, **more))
    assert isinstance(understood, Understood)
    return understood


def response(body: bytes) -> dict[str, Any]:
    answer = json.loads(body)
    assert (answer.pop("apiVersion"), answer.pop("kind")) == ("admission.k8s.io/v1", "AdmissionReview")
    told: dict[str, Any] = answer.pop("response")
    assert answer == {}
    if "patch" in told:
        assert told.pop("patchType") == "JSONPatch"
        told["patch"] = json.loads(base64.b64decode(told["patch"], validate=True))
    return told


def advice(*changes: Change) -> Advice:
    return Advice(id="a1b2", mode=Mode.LOWER, model="m1", changes=changes)


def memory(after: int, before: int | None = None, *, made: bool = True) -> Change:
    kind = ChangeKind.SET if before is None else ChangeKind.LOWER
    return Change(subject=Subject.MEMORY, kind=kind, before=before, after=after, made=made)


def run_limit(after: float, before: float | None = None) -> Change:
    kind = ChangeKind.SET if before is None else ChangeKind.LOWER
    return Change(subject=Subject.RUN_LIMIT, kind=kind, before=before, after=after, made=True)


def patched(thing: dict[str, Any], *changes: Change, memory_limit: bool = False) -> dict[str, Any]:
    """Return what the API server makes of an object by the patch that it is answered with."""
    understood = read(thing)
    expressed = HOOK.express(understood, advice(*changes), memory_limit=memory_limit)
    told = response(HOOK.reply(understood, expressed, ()).body)
    assert (told["uid"], told["allowed"]) == (UID, True)
    return applied(thing, told.get("patch", []))  # type: ignore[no-any-return]


def kept(thing: dict[str, Any], *changes: Change) -> tuple[Kept, ...]:
    expressed = HOOK.express(read(thing), advice(*changes), memory_limit=False)
    assert (expressed.settings, expressed.advice.changes) == ((), ())
    return expressed.advice.kept


CAN_NOT_SAY_MEMORY = (Kept(subject=Subject.MEMORY, reason=KeptReason.NOT_EXPRESSIBLE),)
CAN_NOT_SAY_RUN_LIMIT = (Kept(subject=Subject.RUN_LIMIT, reason=KeptReason.NOT_EXPRESSIBLE),)


def test_a_job_is_read_with_all_pods_that_run_at_once():
    understood = read(JOB)
    assert understood.submission == Submission(
        at=AT,
        user="ada",
        project="chip1",
        queue="gpu",
        name="train",
        command="python train.py --data 'a b'",
        request=Request(cores=8, memory=32 * GIB, run_limit=7200.0),
    )
    assert not understood.trial


def test_a_pod_is_read_by_what_its_labels_and_annotations_say():
    thing = pod(container(requests={"memory": 512 * MIB, "cpu": 2}))
    thing["metadata"] |= {
        "labels": {"jobcast/queue": "big"},
        "annotations": {"kubernetes.io/description": "GRAPES"},
    }
    assert read(thing).submission == Submission(
        at=AT,
        user="ada",
        project="chip1",
        queue="big",
        name="one",
        command="a",
        description="GRAPES",
        request=Request(cores=2, memory=512 * MIB, span_hosts=1),
    )


@pytest.mark.parametrize(
    ("containers", "asked"),
    [
        ([container()], None),
        ([container(limits={"memory": "1Gi"})], GIB),
        ([container(requests={"memory": "1Gi"}, limits={"memory": "2Gi"})], GIB),
        ([container(requests={"memory": "1Gi"}), container(limits={"memory": "1Gi"})], 2 * GIB),
        ([container(requests={"memory": "1Gi"}), container()], None),
        ([container(requests={"memory": "0"})], None),
    ],
)
def test_the_memory_of_a_pod_is_that_of_all_its_containers(containers, asked):
    assert read(pod(*containers)).submission.request.memory == asked


@pytest.mark.parametrize(
    ("spec", "pods"),
    [({}, 1), ({"parallelism": 3}, 3), ({"parallelism": 5, "completions": 2}, 2), ({"parallelism": 0}, 1)],
)
def test_pods_of_a_job_that_run_at_once(spec, pods):
    thing = copy.deepcopy(JOB)
    thing["spec"] = {**spec, "template": thing["spec"]["template"]}
    assert read(thing).submission.request.memory == pods * 8 * GIB


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("128974848", 128974848),
        ("129e6", 129_000_000),
        ("129M", 129_000_000),
        ("123Mi", 123 * MIB),
        ("128974848000m", 128974848),
        ("1.5Gi", 3 * GIB // 2),
        ("1E", 10**18),
        ("1Ei", 1 << 60),
        (".5k", 500),
        (1073741824, GIB),
        (1.5, 2),
        ("100u", 1),
        ("0", None),
    ],
)
def test_quantities_are_read_as_kubernetes_means_them(text, amount):
    assert parse_bytes(text) == amount


@pytest.mark.parametrize(
    "text",
    ["", "1 Gi", "1GB", "-1", "1e", "1e999", "9" * 39, "9" * 99, "8Ei", "NaN", "inf", True, None, [], {}],
)
def test_what_is_no_quantity_is_an_error(text):
    with pytest.raises(ValueError, match="not understood"):
        parse_quantity(text)


def test_cores_may_be_written_in_thousandths():
    assert parse_quantity("1500m") == Decimal("1.5")


def test_memory_of_a_job_is_lowered_for_each_pod_and_noted():
    expected = copy.deepcopy(JOB)
    expected["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["memory"] = "2560Mi"
    expected["metadata"]["annotations"] = {"jobcast/advice": "a1b2 memory=10240MB"}
    assert patched(JOB, memory(10 * GIB, 32 * GIB)) == expected


def test_the_limit_follows_where_the_rules_say_so():
    resources = patched(JOB, memory(10 * GIB, 32 * GIB), memory_limit=True)["spec"]["template"]["spec"][
        "containers"
    ][0]["resources"]
    assert resources == {
        "requests": {"memory": "2560Mi", "cpu": "1500m"},
        "limits": {"memory": "2560Mi"},
    }


def test_what_is_missing_around_a_value_comes_with_it():
    thing = pod()
    assert patched(thing, memory(GIB), run_limit(600), memory_limit=True) == {
        **thing,
        "metadata": {"name": "one", "annotations": {"jobcast/advice": "a1b2 memory=1024MB run_limit=600s"}},
        "spec": {
            **thing["spec"],
            "activeDeadlineSeconds": 600,
            "containers": [
                {
                    "name": "main",
                    "image": "a",
                    "resources": {"requests": {"memory": "1024Mi"}, "limits": {"memory": "1024Mi"}},
                }
            ],
        },
    }


def test_a_null_counts_as_missing():
    thing = pod({"name": "main", "image": "a", "resources": None}, activeDeadlineSeconds=None)
    thing["metadata"]["annotations"] = None
    changed = patched(thing, memory(GIB))
    assert changed["spec"]["containers"][0]["resources"] == {"requests": {"memory": "1024Mi"}}
    assert changed["metadata"]["annotations"] == {"jobcast/advice": "a1b2 memory=1024MB"}


def test_containers_beside_the_first_keep_what_they_ask_for():
    thing = pod(container(requests={"memory": "8Gi"}), container(requests={"memory": "1Gi"}))
    changed = patched(thing, memory(4 * GIB, 9 * GIB))["spec"]["containers"]
    assert [one["resources"]["requests"]["memory"] for one in changed] == ["3072Mi", "1Gi"]


@pytest.mark.parametrize(
    ("thing", "change"),
    [
        (pod(container(requests={"memory": "8Gi"}), container()), memory(4 * GIB)),
        (
            pod(container(requests={"memory": "8Gi"}), container(requests={"memory": "1Gi"})),
            memory(GIB, 9 * GIB),
        ),
        (pod(container(requests={"memory": "1Mi"}, limits={"memory": "2Mi"})), memory(3 * MIB)),
        (pod(container(requests={"memory": "100Ki"})), memory(50 << 10, 100 << 10)),
    ],
    ids=["open beside", "nothing left", "above its limit", "rounded up"],
)
def test_where_memory_can_not_be_said_for_sure_it_stays(thing, change):
    assert kept(thing, change) == CAN_NOT_SAY_MEMORY


def test_a_deadline_of_a_job_stays_for_it_counts_waiting_too():
    thing = copy.deepcopy(JOB)
    thing["spec"]["activeDeadlineSeconds"] = 86400
    assert read(thing).submission.request.run_limit == 86400.0
    assert kept(thing, run_limit(3600, 86400)) == CAN_NOT_SAY_RUN_LIMIT


def test_annotations_that_leave_no_room_are_not_added_to():
    thing = pod()
    thing["metadata"]["annotations"] = {"a": "x" * 255_000}
    changed = patched(thing, memory(GIB))
    assert changed["metadata"] == thing["metadata"]
    assert changed["spec"] != thing["spec"]


def test_what_is_only_told_is_a_warning():
    understood = read(JOB)
    expressed = HOOK.express(understood, advice(memory(GIB, made=False)), memory_limit=True)
    reply = HOOK.reply(understood, expressed, ("a\nb\x1b[2J", "内" * 999))
    assert reply.media_type == "application/json"
    assert response(reply.body) == {"uid": UID, "allowed": True, "warnings": ["a b [2J", "内" * 250]}


def test_a_refusal_says_why():
    assert response(HOOK.refuse(read(JOB), "name a\nmodel").body) == {
        "uid": UID,
        "allowed": False,
        "status": {"code": 403, "reason": "Forbidden", "message": "name a model"},
    }


def test_a_dry_run_is_a_trial():
    assert read(JOB, dryRun=True).trial


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (review(JOB, operation="UPDATE"), "modification"),
        (review(pod(), subResource="ephemeralcontainers"), "modification"),
        (review(pod(), kind={"group": "apps", "version": "v1", "kind": "Deployment"}), "no_job"),
        (review(pod(restartPolicy="Always")), "no_job"),
        (review(pod() | {"metadata": {"ownerReferences": [{"kind": "Job", "name": "a"}]}}), "no_job"),
        (review(JOB).replace(b"admission.k8s.io/v1", b"admission.k8s.io/v1beta1"), "unreadable"),
        (review(None), "no_job"),
        (review([]), "unreadable"),
        (review(pod(restartPolicy=["Never"])), "no_job"),
        (review(pod({"resources": "much"})), "unreadable"),
        (review(pod({"resources": {"requests": {"memory": [1]}}})), "unreadable"),
        (review(pod({"resources": {"requests": {"memory": "much"}}})), "unreadable"),
        (review(pod({"command": "sleep"})), "unreadable"),
        (review(pod(activeDeadlineSeconds="1h")), "unreadable"),
        (review(pod(containers=[])), "unreadable"),
        (review(pod(containers={})), "unreadable"),
        (review(pod(containers=[{}] * 1001)), "unreadable"),
        (review(pod({"args": [""] * 100_000})), "unreadable"),
        (review(pod() | {"data": [[[]]] * 40_000}), "unreadable"),
        (review(JOB | {"spec": {**JOB["spec"], "parallelism": 10**9, "completions": None}}), "unreadable"),
        (b"", "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b"[]", "unreadable"),
        (b"[" * 1_000_000, "unreadable"),
        (review(JOB)[:-1], "unreadable"),
        (review("deep").replace(b'"deep"', b"[" * 100_000 + b"]" * 100_000), "unreadable"),
        (review(JOB, uid=["a"]), "unreadable"),
    ],
)
def test_what_is_no_job_is_let_pass(body, reason):
    assert ask(body) == NotAsked(reason=reason)
    silent = response(HOOK.silence(HookCall(body=body, at=AT)).body)
    assert silent == {"uid": UID if UID.encode() in body else "", "allowed": True}


def test_a_large_and_deep_object_is_answered():
    deep: Any = {}
    for _ in range(200):
        deep = {"a": deep}
    thing = pod(container())
    thing["metadata"] |= {"deep": deep, "managedFields": ["x" * 1000] * 3000}
    assert patched(thing, memory(GIB))["spec"]["containers"][0]["resources"] == {
        "requests": {"memory": "1024Mi"}
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
QUANTITIES = st.sampled_from(["1Gi", "512Mi", "1e9", 1000, "0", "many", None])
RESOURCES = st.fixed_dictionaries(
    {},
    optional={
        "requests": st.none() | JSON | st.dictionaries(st.sampled_from(["memory", "cpu"]), QUANTITIES),
        "limits": st.none() | JSON | st.dictionaries(st.sampled_from(["memory", "cpu"]), QUANTITIES),
    },
)
PODS = st.fixed_dictionaries(
    {"containers": st.lists(st.fixed_dictionaries({}, optional={"resources": RESOURCES | JSON}), max_size=3)},
    optional={
        "activeDeadlineSeconds": st.none() | st.integers(1, 9999) | JSON,
        "restartPolicy": st.just("Never"),
    },
)
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "annotations": JSON | st.dictionaries(st.text(max_size=4), st.text(max_size=4)),
        "labels": JSON,
    },
)


@given(METADATA | JSON, PODS | JSON, st.integers(1, 2**40), st.booleans())
def test_whatever_an_object_is_its_patch_changes_what_is_advised_and_nothing_else(
    metadata, spec, need, follows
):
    thing = {"kind": "Pod", "metadata": metadata, "spec": spec}
    understood = ask(review(thing))
    if isinstance(understood, NotAsked):
        return
    request = understood.submission.request
    changes = memory(need, request.memory), run_limit(60, request.run_limit)
    expressed = HOOK.express(understood, advice(*changes), memory_limit=follows)
    told = response(HOOK.reply(understood, expressed, ()).body)
    after = applied(thing, told.get("patch", []))
    again = read(after).submission.request
    assert again.memory == (expressed.advice.made(Subject.MEMORY) or request.memory)
    assert again.run_limit == (expressed.advice.made(Subject.RUN_LIMIT) or request.run_limit)
    assert bare(after) == bare(thing)


def bare(thing: dict[str, Any]) -> dict[str, Any]:
    """Return an object without what advice may set, nor what is empty around it."""
    thing = copy.deepcopy(thing)
    metadata, spec = thing["metadata"] or {}, thing["spec"]
    (metadata.get("annotations") or {}).pop("jobcast/advice", None)
    spec.pop("activeDeadlineSeconds", None)
    first = spec["containers"][0]
    for side in ("requests", "limits"):
        ((first.get("resources") or {}).get(side) or {}).pop("memory", None)
        if first.get("resources") and not first["resources"].get(side):
            first["resources"].pop(side, None)
    for around, name in ((first, "resources"), (metadata, "annotations")):
        if not around.get(name):
            around.pop(name, None)
    thing["metadata"] = metadata
    return thing


@given(JSON)
def test_whatever_is_asked_is_answered(anything):
    body = json.dumps(anything).encode()
    assert ask(body) == NotAsked(reason="unreadable")
    assert response(HOOK.silence(HookCall(body=body, at=AT)).body) == {"uid": "", "allowed": True}


PATHS = st.lists(st.sampled_from(["a", "b/c", "d~e", "~1", ""]), min_size=1, max_size=4)


@given(
    st.dictionaries(st.sampled_from(["a", "b/c", "d~e"]), st.none() | st.builds(dict)),
    st.lists(PATHS, max_size=4),
)
def test_a_patch_puts_each_value_at_its_path(document, paths):
    paths = [path for path in paths if not any(path != one and path == one[: len(path)] for one in paths)]
    after = applied(document, patch_of(document, [(path, 7) for path in paths]))
    for path in paths:
        found = after
        for step in path:
            found = found[step]
        assert found == 7


def test_a_pointer_escapes_what_stands_for_something():
    assert pointer(["a", "jobcast/advice", "~"]) == "/a/jobcast~1advice/~0"
