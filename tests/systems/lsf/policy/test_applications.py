"""Application profiles of lsb.applications, and how resources are asked for."""

import pytest

from jobcast.errors import ConfigError
from jobcast.machine import MEMORY
from jobcast.systems.lsf.bsub.requirement import Wanted
from jobcast.systems.lsf.policy.applications import Application
from jobcast.systems.lsf.policy.reader import read_site
from jobcast.systems.lsf.policy.values import TaskLimits
from jobcast.systems.lsf.resources import Amount, Per


def test_profiles_are_kept_for_submissions():
    text = """
Begin Application
NAME = sim
RUNLIMIT = 1:00 2:00/hostA
RUNTIME = 30
TASKLIMIT = 2 8
RES_REQ = rusage[mem=2G]
End Application
Begin Application
RUNLIMIT = 5
End Application
"""
    site = read_site({"lsb.applications": text})
    assert site.applications == {
        "sim": Application(
            name="sim",
            run_limit=3600,
            run_limit_max=7200,
            estimate=1800,
            tasks=TaskLimits(2, 2, 8),
            wanted=Wanted(amounts={MEMORY: Amount(value=2 << 30, per=Per.HOST)}),
        )
    }
    assert [(line.name, line.standing) for line in site.configuration.keywords][1:] == [
        ("RUNLIMIT", "corrected"),
        ("RUNTIME", "understood"),
        ("TASKLIMIT", "understood"),
        ("RES_REQ", "understood"),
        ("RUNLIMIT", "refused"),
    ]


def test_how_a_resource_is_asked_for_is_settled_by_itself():
    text = "Begin ReservationUsage\nRESOURCE METHOD\nlic PER_JOB\n(a b) PER_TASK\nx PER_DAY\nEnd ReservationUsage"
    site = read_site({"lsb.resources": text})
    assert site.rules.methods == {"lic": Per.JOB, "a": Per.TASK, "b": Per.TASK}
    assert [line.reason for line in site.configuration.keywords if line.reason] == [
        "not known: PER_DAY; there are PER_JOB PER_HOST PER_TASK PER_SLOT"
    ]


def test_a_file_that_is_none_of_lsf_is_an_error_with_the_likeliest_name():
    with pytest.raises(ConfigError, match=r"lsb\.queue is no configuration file of LSF") as error:
        read_site({"etc/lsb.queue": ""})
    assert error.value.hint == "Did you mean lsb.queues?"
