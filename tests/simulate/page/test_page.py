"""The page of a run as it is written: both languages, hostile names, what it says of what it shows."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import polars as pl
import pytest

from jobcast.language import speaking
from jobcast.report.formats.html import SAID_BY_SCRIPT, page_file
from jobcast.simulate.engines import simulate
from jobcast.simulate.outcome import SUSPENDED
from jobcast.simulate.page import as_page
from jobcast.simulate.run import Run
from jobcast.simulate.setup import Setup
from jobcast.systems.dialects import read_configuration
from jobcast.systems.slurm.policy import read
from tests.report.formats.page import Element, read_page
from tests.report.formats.test_html import assert_whole
from tests.simulate.made_up import trace
from tests.simulate.page.made_up import SCRIPT, hostile, kept, many, small


def _data(page: Element, name: str):
    (found,) = (one for one in page.all("script") if one.attributes.get("id") == name)
    return json.loads(found.source())


def _about(run: Run, figure: str = "gantt", **more) -> str:
    page = read_page(as_page(run, **more))
    (article,) = (one for one in page.all("article") if one.attributes.get("id") == figure)
    return next(one for one in article.all("p") if one.attributes.get("class") == "about").text("en").strip()


def test_names_are_text_and_never_elements():
    text = as_page(hostile())
    page = assert_whole(text)
    assert len(list(page.all("script"))) == 5
    assert len(list(page.all("img"))) == 0
    assert SCRIPT not in text
    assert page.one("h1").text("en") == f"{SCRIPT}, simulated under {SCRIPT}"
    jobs = [job[0] for job in _data(page, "charts")["gantt"]["jobs"]]
    assert SCRIPT in jobs
    assert "\ufffdabc" in jobs
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", text)


def test_only_our_three_scripts_may_run():
    page = read_page(as_page(small()))
    sources = [one.source() for one in page.all("script") if not one.attributes]
    assert (sources[0], sources[2]) == (page_file("echarts/echarts.min.js"), page_file("report.js"))
    assert "moreCharts" in sources[1]
    hashes = " ".join(f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in sources)
    (policy,) = (one for one in page.all("meta") if "http-equiv" in one.attributes)
    assert policy.attributes["content"] == (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:"
    )


def test_every_text_is_there_in_both_languages():
    for run in (small(), many(300, counted=True)):
        page = read_page(as_page(run))
        # Names, and options of a list, which can't hold both languages: the script says them.
        for cell in [*page.all("td", "option"), *page.one("main").all("th")]:
            cell.children = [child for child in cell.children if isinstance(child, Element)]
        english, chinese = (page.one("body").text(language) for language in ("en", "zh-CN"))
        assert not re.search("[\u4e00-\u9fff]", english.replace("中文", ""))
        known = {
            "policy",
            "easy",
            "estimates",
            "requested",
            "UTC",
            "made",
            "max",
            "English",
            "jobs",
            "parquet",
        }
        assert set(re.findall("[A-Za-z]{3,}", chinese)) <= known | {"jobcast", "JavaScript"}


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("zh", "zh-CN")])
def test_a_page_opens_in_the_language_chosen_now(language: str, tag: str):
    with speaking(language):
        page = read_page(as_page(small()))
    assert page.one("html").attributes["lang"] == tag
    assert list(_data(page, "words")) == list(SAID_BY_SCRIPT)


def test_how_a_run_was_simulated_is_told_in_both_languages():
    body = read_page(as_page(small())).one("body")
    for language, told in (
        ("en", "policy easy · estimates requested"),
        ("zh-CN", "策略 easy · 估算 requested"),
    ):
        assert told in body.text(language)


def test_all_of_a_small_run_is_drawn():
    charts = _data(read_page(as_page(small())), "charts")
    assert list(charts) == ["gantt", "cores", "asked", "jobs", "heat"]
    gantt = charts["gantt"]
    assert gantt["rows"] == [["a", 0, 4], ["b", 4, 4]]
    assert gantt["groups"] == {"queue": ["day", "night", ""], "user": ["ann", "bob", "cyd"]}
    assert gantt["jobs"][2] == ["5", 180, 180, 680, 2, 0, 1, 0, 0]
    assert gantt["promises"] == [["3", 60, 900, 900, 0, 4, 0], ["3", 60, 900, 900, 4, 8, 0]]
    assert gantt["clock"] == {"origin": 1793606400, "elapsed": False}
    assert _about(small()) == (
        "All 6 jobs that ran. Hatched: the last promise of each job, from when it was made to when the job started."
    )


def test_a_run_of_processors_says_that_machines_were_not_simulated():
    run = many(300, counted=True)
    assert list(_data(read_page(as_page(run)), "charts")) == ["gantt", "cores", "asked", "jobs"]
    assert _about(run) == (
        "All 300 jobs that ran. Only processors were counted, not machines: each job is drawn on the lowest"
        " processors that are free. This engine doesn't keep reservations."
    )


def test_an_engine_may_know_machines_and_not_tell_who_ran_there():
    run = small()
    jobs = run.jobs.with_columns(allocation=pl.lit(None, dtype=run.jobs.schema["allocation"]))
    page = read_page(as_page(replace(run, jobs=jobs)))
    assert list(_data(page, "charts")) == ["gantt", "cores", "asked", "jobs"]
    assert "Only processors were counted" in page.text("en")


def test_a_big_run_says_what_is_shown():
    run = many(4_000, 300)
    assert re.match(
        r"[\d,]+ of the 4,000 jobs that ran, those from 2026-\S+ \S+ to 2026-\S+ \S+, when most jobs waited;"
        r" all of them would hide each other\. 200 of the 300 machines are drawn,",
        _about(run),
    )
    assert _about(run, "heat").endswith("300 machines, neighbours put together.")
    gantt = _data(read_page(as_page(run)), "charts")["gantt"]
    assert len(gantt["blocks"]) <= 3_000
    assert len(gantt["rows"]) == 200


def test_a_chosen_time_is_shown():
    told = _about(many(500), chosen=(0, 36_000))
    assert re.match(
        r"\d+ of the 500 jobs that ran, those of the chosen time, from 2026-11-02 08:00:00 to", told
    )


def test_times_without_a_date_are_told_since_the_beginning():
    page = read_page(as_page(small(dated=False)))
    assert _data(page, "charts")["cores"]["clock"] == {"origin": 0, "elapsed": True}
    table = next(one for one in page.all("article") if one.attributes.get("id") == "gantt").one("table")
    assert [cell.text("en") for cell in list(table.all("tr"))[4].all()][:8] == [
        *("3", "cyd", "night", "8", "00:01:00", "00:15:00", "00:20:00", "00:14:00"),
    ]


def test_a_suspended_job_is_pale_meanwhile():
    run = small()
    spans = pl.Series("suspended", [None, [{"start": 60, "end": 120}], *[None] * 4], dtype=SUSPENDED)
    told = replace(run, jobs=run.jobs.with_columns(spans))
    assert _data(read_page(as_page(told)), "charts")["gantt"]["pale"] == [[1, 60, 120]]
    assert _about(told).endswith("Pale: while a job was suspended and nobody else is drawn there.")


def test_what_the_core_suspends_is_pale():
    text = (
        "SelectTypeParameters=CR_CPU\nPreemptType=preempt/partition_prio\nPreemptMode=SUSPEND,GANG\n"
        "NodeName=n1 CPUs=4\nPartitionName=low Nodes=ALL Default=YES\nPartitionName=high Nodes=ALL PriorityTier=2\n"
    )
    site = read({"slurm.conf": text})
    made = trace((0, 1000, 4), (100, 300, 2), queue=["low", "high"], processors=4)
    out = simulate(made, Setup(system=site.policy, cluster=site.cluster, compiled=False), seconds=lambda: 0.0)
    gantt = _data(read_page(as_page(kept(made, out))), "charts")["gantt"]
    assert (gantt["pale"], gantt["blocks"]) == ([[0, 100, 400]], [[0, 0, 4], [1, 0, 2]])


def test_what_a_queue_of_lsf_reserves_is_hatched_while_it_is_kept_empty():
    files = {
        "lsb.hosts": "Begin Host\nHOST_NAME MXJ\nhostA 4\nhostB 4\nEnd Host\n",
        "lsb.queues": "Begin Queue\nQUEUE_NAME = q\nSLOT_RESERVE = MAX_RESERVE_TIME[60]\nEnd Queue\n",
    }
    site = read_configuration(files)
    made = trace((0, 100, 4), (0, 200, 3), (10, 50, 8), request=[100, 200, None], queue=["q"] * 3)
    out = simulate(made, Setup(system=site.policy, cluster=site.cluster, compiled=False), seconds=lambda: 0.0)
    assert out.reservations["held"].to_list() == [True] * len(out.reservations)
    run = kept(made, out)
    gantt = _data(read_page(as_page(run)), "charts")["gantt"]
    assert gantt["promises"] == [
        ["3", 10, 100, 200, 7, 8, 1],
        ["3", 100, 200, 200, 0, 4, 1],
        ["3", 100, 200, 200, 7, 8, 1],
    ]
    assert _about(run) == (
        "All 3 jobs that ran. Hatched: processors that were kept empty for a waiting job, as long as they were."
    )


def test_a_job_that_ran_again_is_told_of():
    run = small()
    told = replace(
        run, jobs=run.jobs.with_columns(preemptions=pl.when(pl.col("id") == "2").then(1).otherwise(0))
    )
    assert _about(told).endswith(
        "A job that was requeued is drawn where it ran last, from its first start on."
    )


def test_a_run_without_jobs_says_so():
    run = small()
    none = replace(run, jobs=run.jobs.with_columns(start=pl.lit(-1, pl.Int64), finish=pl.lit(-1, pl.Int64)))
    page = read_page(as_page(none))
    assert _data(page, "charts") == {}
    assert "No job ran." in page.text("en")


def test_each_chart_has_its_table_in_the_same_article():
    page = read_page(as_page(small()))
    for name in _data(page, "charts"):
        (article,) = (one for one in page.all("article") if one.attributes.get("id") == name)
        assert len(list(article.all("tr"))) > 1
