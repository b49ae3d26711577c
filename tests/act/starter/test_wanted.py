"""What is to be run, read from an attempt's JSON."""

import json
import math

import pytest

from jobcast.act.executors.base import Attempt
from jobcast.act.plain import to_json
from jobcast.act.starter.wanted import Wanted, wanted
from jobcast.machine import Share
from jobcast.program import Affinity, Enforce, Enforcement, Exits, Program, Unit


def read(attempt: Attempt) -> Wanted:
    return wanted(json.loads(to_json(attempt)))


def attempt(**more: object) -> Attempt:
    program = {"arguments": ("/bin/true",), "directory": "/"} | dict(more.pop("program", {}))
    shares = (Share(machine="a", tasks=2), Share(machine="b", tasks=1))
    return Attempt(id="1@1", job="1", user="chen", program=Program(**program), allocation=shares, **more)


def test_what_is_left_out_is_as_by_default():
    found, default = read(attempt()), attempt()
    assert found == Wanted(
        id="1@1",
        user="chen",
        arguments=("/bin/true",),
        script=default.program.script,
        shell=default.program.shell,
        directory="/",
        environment={},
        input=default.program.input,
        output=default.program.output,
        error=default.program.error,
        append=default.program.append,
        umask=default.program.umask,
        limits={},
        cpu_seconds=default.program.job_cpu_limit,
        nice=default.program.nice,
        affinity=None,
        hosts=("a", "a", "b"),
        exits={},
        longest=default.exits.longest,
        enforcement={},
        told={},
        soft_run_limit=math.inf,
    )


def test_all_that_is_said_is_read():
    program = {
        "script": "id",
        "limits": {"nofile": (1, None)},
        "job_cpu_limit": (1, 2),
        "affinity": Affinity(unit=Unit.CORE, per_task=2),
    }
    exits = Exits(epilog=("/e", "x"), longest=5)
    found = read(attempt(program=program, exits=exits, told={"A": "b"}, soft_run_limit=60))
    assert (found.script, found.limits, found.cpu_seconds) == ("id", {"nofile": (1, None)}, (1, 2))
    assert (found.exits, found.longest, found.told) == ({"epilog": ("/e", "x")}, 5, {"A": "b"})
    assert found.soft_run_limit == 60
    assert found.binding() == {"unit": "core", "per_task": 2}


@pytest.mark.parametrize(
    ("enforcement", "bound"),
    [
        (Enforcement(), None),
        (Enforcement(cpus=6), {"unit": "cpu", "per_task": 2}),
        (Enforcement(cpus=4), {"unit": "cpu", "per_task": 2}),
        (Enforcement(cpus=6, policy=Enforce.SHARES), None),
        (Enforcement(cpus=6, policy=Enforce.SOFT), None),
    ],
)
def test_one_that_may_never_take_more_cpus_is_bound_to_so_many(enforcement, bound):
    assert read(attempt(enforcement=enforcement)).binding() == bound


@pytest.mark.parametrize("lacking", ["id", "user", "program", "allocation"])
def test_what_lacks_a_part_is_no_attempt(lacking):
    told = json.loads(to_json(attempt()))
    del told[lacking]
    with pytest.raises(KeyError):
        wanted(told)
