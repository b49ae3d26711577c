"""Which hosts are suspected, and above all which are not."""

import random

import numpy as np
import polars as pl
import pytest

from jobcast.language import phrase
from jobcast.report.base import Bars
from jobcast.report.failures.hosts import Standing, standings, suspects
from tests.made_up import frame
from tests.report.failures.made_up import KINDS, broken, failures, month, on_hosts
from tests.report.made_up import FAILED, figure, made, near, whole


def compared(hosts: int, found: int):
    return phrase("report.hosts_compared", hosts=f"{hosts}", suspects=f"{found}")


def test_a_host_on_which_every_kind_fails_is_suspected():
    hosts = figure("failure_hosts", broken())
    expected = (3 + 1) / (75 + 2)  # each kind went wrong once on each of three other hosts, in 25 days
    assert whole(hosts.table) == near(
        (
            *("host", "jobs", "failed_jobs", "failed_share", "batch_count", "bad_count"),
            *("bad_share", "bad_low_share", "elsewhere_share"),
        ),
        ("hb", 100, 100, 1, 100, 100, 1, 0.963005, expected),
    )
    assert hosts.charts == (Bars(name="failures_by_host", series=("bad_share", "elsewhere_share")),)
    assert broken().sections[4].remarks[-1] == compared(4, 1)


def test_hosts_that_are_all_alike_are_not_suspected():
    assert failures(on_hosts(bad=None)).remarks[-1] == compared(4, 0)


@pytest.mark.parametrize(("kinds", "found"), [(KINDS[:1], 0), (KINDS[:2], 0), (KINDS[:3], 1)])
def test_less_than_three_kinds_are_more_likely_to_be_wrong_themselves(kinds, found):
    assert failures(on_hosts(bad="hb", kinds=kinds)).remarks[-1] == compared(4, found)


def test_an_array_that_fails_as_a_whole_counts_once():
    array = [
        made(1000 + n, "u0", "pnr", "place", wait=0, hosts=["ha"], **FAILED, exit_reason="exit_code")
        for n in range(500)
    ]
    found = failures(pl.concat([on_hosts(bad=None), frame(*array)]))
    assert found.remarks[-1] == compared(4, 0)


def test_what_runs_on_one_host_only_says_nothing_of_it():
    jobs = [
        made(n, f"u{n % 5}", "pnr", "license", hosts=["ha"], **FAILED, exit_reason="exit_code")
        for n in range(100)
    ]
    assert failures(jobs).remarks[-1] == phrase("report.hosts_alone", hosts="1")


@pytest.mark.parametrize("reason", ["memory_limit", "run_limit", "preempted"])
def test_limits_and_preemption_are_not_laid_on_the_host(reason):
    jobs = on_hosts(bad="hb").with_columns(
        exit_reason=pl.when(pl.col("state") == "failed").then(pl.lit(reason))
    )
    assert failures(jobs).remarks[-1] == phrase("report.hosts_alone", hosts="4")


def test_where_no_host_is_told_it_is_said():
    assert failures([made(1, "li", "a", "x", **FAILED)]).remarks[-1] == phrase("report.no_hosts")


def test_a_kind_weighs_as_it_does_elsewhere():
    batches = pl.DataFrame(
        [
            ("ha", 1, 10, 5),
            ("hb", 1, 10, 1),
            ("hc", 1, 20, 2),
            ("ha", 2, 4, 0),
            ("hb", 2, 4, 4),
            ("hc", 3, 9, 9),
        ],
        schema=["host", "hash", "batches", "bad"],
        orient="row",
    )
    assert standings(batches) == [
        Standing(host="ha", batches=14, bad=5, bad_kinds=1, expected=pytest.approx(10 * 4 / 32 + 4 * 5 / 6)),
        Standing(host="hb", batches=14, bad=5, bad_kinds=1, expected=pytest.approx(10 * 8 / 32 + 4 * 1 / 6)),
        Standing(host="hc", batches=20, bad=2, bad_kinds=0, expected=pytest.approx(20 * 7 / 22)),
    ]


def test_among_hosts_that_differ_by_chance_only_hardly_one_is_suspected():
    dice = random.Random(7)
    wrongly = 0
    for _ in range(40):
        rates = [dice.choice([0.01, 0.05, 0.3, 0.9]) for _ in range(30)]
        rows = [
            (f"h{host}", kind, n, sum(dice.random() < rate for _ in range(n)))
            for host in range(50)
            for kind, rate in enumerate(rates)
            for n in [dice.randrange(0, 8)]
            if n
        ]
        batches = pl.DataFrame(rows, schema=["host", "hash", "batches", "bad"], orient="row")
        wrongly += bool(suspects(standings(batches)))
    assert wrongly <= 2


def test_a_job_on_several_hosts_counts_on_each():
    jobs = on_hosts(bad="hb").with_columns(
        hosts=pl.when(pl.col("hosts").list.first() == "hb").then(pl.lit(["hb", "hx"])).otherwise("hosts")
    )
    rows = {row[0]: row[1:3] for row in failures(jobs).figures[-1].table.rows}
    assert rows == {"hb": (100, 100), "hx": (100, 100)}


@pytest.mark.parametrize(("share", "months", "found"), [(0, 20, []), (0.3, 8, ["h0"])])
def test_bursts_and_arrays_are_laid_on_no_host_and_a_host_that_breaks_jobs_is_found(share, months, found):
    rng = np.random.default_rng(5)
    for _ in range(months):
        assert [one.host for one in suspects(standings(month(rng, share)))] == found
