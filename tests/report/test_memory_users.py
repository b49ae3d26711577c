"""Memory by user, counted by hand."""

from math import sqrt

from jobcast.language import phrase
from jobcast.report.base import Bars, Histograms, Ring
from jobcast.units import GIB
from tests.report.made_up import FAILED, SCRIPT, figure, made, near, report_of, whole


def test_what_lies_beyond_tolerance_is_only_what_exceeds_the_tolerated_multiple():
    outside = figure("memory_outside_users")
    assert whole(outside.table) == near(
        (
            "user", "share", "over_tib", "outside_tib", "over_mean_gib", "peak_mean_gib", "request_mean_gib",
            "over_jobs", "peak_3sd_gib", "peak_p95_gib",
        ),
        # 100 - 5 · 1; one job deviates from nothing
        (SCRIPT, 95 / 130, 99 / 1024, 95 / 1024, 99, 1, 100, 1, None, 1),
        # 40 - 2 · 8, and nothing of 32 - 2 · 16; peaks of 8, 16, 16, 22 have a variance of 99 / 3
        ("zhao", 24 / 130, 52 / 1024, 24 / 1024, 52 / 3, 62 / 4, 111.53125 / 4, 3, 15.5 + 3 * sqrt(33), 21.1),
        # 10 - 5 · 1, 10 - 4 · 2, 12 - 4 · 2; peaks of 1, 2, 2, 2.5, 3, 4 have a variance of 5.208333 / 5
        ("chen", 11 / 130, 27 / 1024, 11 / 1024, 9, 14.5 / 6, 32 / 3, 3, 14.5 / 6 + 3 * sqrt(6.25 / 6), 3.75),
    )  # fmt: skip
    assert outside.charts == (Ring(name="tolerance_rusage_user_pie_chart", value="outside_tib", first=10),)


def test_each_memory_interval_tolerates_its_own_multiple():
    peaks = [0.5, 1, 1.5, 2, 3, 4, 5, 8, 9, 16, 20, 32, 50, 64, 65, 128, 200, 256, 300, 512, 513]
    multiples = [5, 5, 4, 4, 3, 3, 2, 2, 2, 2, *[1.5] * 4, *[1.3] * 7]
    jobs = [
        made(place, f"u{place:02}", "a", "x", peak=peak, memory_requested=round(peak * multiple * GIB))
        for place, (peak, multiple) in enumerate(zip(peaks, multiples, strict=True))
    ]
    within = figure("memory_outside_users", report_of(jobs)).table
    assert all(amount < 1e-9 for amount in within.column("outside_tib"))  # rounding, at most
    for job in jobs:
        job["memory_requested"] += GIB
    beyond = figure("memory_outside_users", report_of(jobs)).table
    found = sorted(zip(beyond.column("user"), beyond.column("outside_tib"), strict=True))
    assert found == near(*((f"u{place:02}", 1 / 1024) for place in range(21)))


def test_too_much_is_weighed_by_the_run_time():
    over = figure("memory_over_users")
    assert whole(over.table) == near(
        (
            "user", "share", "over_tib_h", "over_mean_gib", "run_mean_h", "peak_mean_gib", "request_mean_gib",
            "over_jobs", "peak_p95_gib",
        ),
        # 16 · 1 + 4 · 2 + 32 · 3
        ("zhao", 120 / 303, 120 / 1024, 52 / 3, 7 / 4, 62 / 4, 111.53125 / 4, 3, 21.1),
        (SCRIPT, 99 / 303, 99 / 1024, 99, 1, 1, 100, 1, 1),
        # 9 · 2 + 8 · 2 + 10 · 4
        ("chen", 74 / 303, 74 / 1024, 9, 11 / 6, 14.5 / 6, 32 / 3, 3, 3.75),
        # 4 · 2; 95 % of 4, 4, 6 lie below 4 + 0.9 · 2
        ("wang", 8 / 303, 8 / 1024, 4, 4 / 3, 14 / 3, 16 / 3, 1, 5.8),
        # 2 · 1; 95 % of 2, 512, 600 lie below 512 + 0.9 · 88
        ("li", 2 / 303, 2 / 1024, 2, 1, 1114 / 3, 1028 / 3, 1, 591.2),
    )  # fmt: skip
    assert over.charts == (Ring(name="mem_hours_user_pie_chart", value="over_tib_h", first=5),)


def test_too_little_is_weighed_by_the_run_time():
    under = figure("memory_under_users")
    assert whole(under.table) == near(
        (
            "user", "share", "under_tib_h", "under_mean_gib", "run_mean_h", "peak_mean_gib", "request_mean_gib",
            "under_jobs", "peak_p95_gib",
        ),
        ("li", 88 / 92.46875, 88 / 1024, 88, 1, 1114 / 3, 1028 / 3, 1, 591.2),
        ("zhao", 2.46875 / 92.46875, 2.46875 / 1024, 2.46875, 7 / 4, 62 / 4, 111.53125 / 4, 1, 21.1),
        ("wang", 2 / 92.46875, 2 / 1024, 2, 4 / 3, 14 / 3, 16 / 3, 1, 5.8),
    )  # fmt: skip
    assert under.charts == (Ring(name="under_mem_hours_user_pie_chart", value="under_tib_h", first=7),)


def test_little_that_is_too_little_for_long_is_much():
    jobs = [
        made(1, "li", "a", "x", hours=8, request=2, peak=3),
        made(2, "chen", "a", "x", hours=0.5, request=2, peak=10),
        made(3, "wang", "a", "x", hours=0.25, request=2, peak=3),
    ]
    under = figure("memory_under_users", report_of(jobs)).table
    assert [row[:4] for row in under.rows] == near(
        ("li", 8 / 12.25, 8 / 1024, 1),
        ("chen", 4 / 12.25, 4 / 1024, 8),
        ("wang", 0.25 / 12.25, 0.25 / 1024, 1),
    )
    (chart,) = figure("memory_less_histograms", report_of(jobs)).charts
    assert list(chart.subtitles) == ["li", "chen", "wang"]


def test_those_beyond_the_fifteenth_stand_together_and_all_shares_make_one():
    # u01 wastes 1 GiB·h, u02 2, and so on to u18, which wastes 18; nobody wastes half of one
    jobs = [made(n, f"u{n:02}", "a", "x", request=1 + n, peak=1, hours=1) for n in range(1, 19)]
    jobs += [
        made(19, None, "a", "x", request=2, peak=1, hours=0.5),
        made(20, "just", "a", "x", request=1, peak=1),
    ]
    table = figure("memory_over_users", report_of(jobs)).table
    total = 18 * 19 / 2 + 0.5
    assert list(table.rows) == near(
        *((f"u{n:02}", n / total, n / 1024, n, 1, 1, 1 + n, 1, 1) for n in range(18, 3, -1)),
        # 1 + 2 + 3 + 0.5 GiB·h; 1 + 2 + 3 + 1 GiB too much, 3.5 hours, requests of 2 + 3 + 4 + 2 of 4 jobs
        (phrase("report.others", people="4"), 6.5 / total, 6.5 / 1024, 7 / 4, 3.5 / 4, 1, 11 / 4, 4, None),
    )  # fmt: skip
    assert sum(table.column("share")) == 1


def test_those_fail_over_memory_whose_jobs_fail_and_fall_short():
    failing = figure("memory_failing_users")
    assert whole(failing.table) == near(
        ("user", "failed_share", "short_share", "failed_jobs", "short_jobs", "under_gib"),
        # 3 of 6 failed; 13 of the four that tell, 11, 12, 13, 14: a product of 0.125
        ("wang", 3 / 6, 1 / 4, 3, 1, 2),
        # 1 of 5 failed; 8, and 9 which was killed, of 7, 8, 9, 28: 0.1
        ("li", 1 / 5, 2 / 4, 1, 2, 88),
        # 1 of 5 failed; 25, and 27 which was killed, of all: 0.08
        ("zhao", 1 / 5, 2 / 5, 1, 2, 2.46875),
    )
    assert failing.charts == (Bars(name="under_exit_histogram", series=("failed_share", "short_share")),)


def test_a_killed_job_of_unknown_peak_fell_short_and_one_without_request_did_not():
    killed = {**FAILED, "exit_reason": "memory_limit"}
    jobs = [made(1, "li", "a", "x", **killed, request=2), made(2, "li", "a", "x", **killed, peak=3)]
    jobs.append(made(3, "chen", "a", "x", request=2, peak=1))
    assert figure("memory_failing_users", report_of(jobs)).table.rows == (("li", 1, 1, 2, 1, 0),)


ZHAO = [("zhao", 2**3, 1, 0), ("zhao", 2**4, 3, 2), ("zhao", 2**5, 0, 2)]
WANG = [("wang", 2**2, 2, 2), ("wang", 2**2.5, 1, 0), ("wang", 2**3, 0, 1)]
LI = [("li", 2**1, 1, 0), ("li", 2**2, 0, 1), ("li", 2**9, 2, 2)]
CHEN = [("chen", 2**0, 1, 0), ("chen", 2**1, 3, 0), ("chen", 2**1.5, 1, 0), ("chen", 2**2, 1, 0)]
CHEN += [("chen", 2**3, 0, 2), ("chen", 2**3.5, 0, 1)]
HEADINGS = ("user", "from_gib", "peak_jobs", "request_jobs")


def histograms(name: str, subtitles: dict[str, object], limits: dict[str, object]) -> tuple[Histograms, ...]:
    series = ("peak_jobs", "request_jobs")
    return (
        Histograms(name=name, across="from_gib", series=series, steps=2, subtitles=subtitles, limits=limits),
    )


def test_histograms_show_those_who_ask_for_the_most_too_much():
    more = figure("memory_more_histograms")
    script = [(SCRIPT, 2**0, 1, 0), (SCRIPT, 2**6.5, 0, 1)]
    assert whole(more.table) == near(HEADINGS, *ZHAO, *script, *CHEN, *WANG, *LI)
    (chart,) = more.charts
    p95 = {"zhao": 21.1, SCRIPT: 1, "chen": 3.75, "wang": 5.8, "li": 591.2}
    said = {
        "zhao": "95 % below 21.1 GiB, mostly fit",
        SCRIPT: "95 % below 1 GiB, mostly x",
        "chen": "95 % below 3.75 GiB",  # half of them place, half of them sim
        "wang": "95 % below 5.80 GiB, mostly route",
        "li": "95 % below 591 GiB",  # two of three are no more than 70 %
    }
    assert {user: text.say() for user, text in chart.subtitles.items()} == said
    assert chart.limits == near(p95)[0]
    assert more.charts == histograms("more_hist", chart.subtitles, chart.limits)


def test_histograms_show_those_who_ask_for_the_most_too_little():
    less = figure("memory_less_histograms")
    assert whole(less.table) == near(HEADINGS, *LI, *ZHAO, *WANG)
    (chart,) = less.charts
    assert list(chart.subtitles) == list(chart.limits) == ["li", "zhao", "wang"]
    assert less.charts == histograms("less_hist", chart.subtitles, chart.limits)


def test_jobs_are_called_after_what_more_than_seven_of_ten_are():
    jobs = [made(n, "li", "a", "x" if n < 7 else "y", request=2, peak=1) for n in range(10)]
    jobs += [made(n, "wang", "a", "x" if n < 8 else "y", request=2, peak=1) for n in range(10)]
    (chart,) = figure("memory_more_histograms", report_of(jobs)).charts
    assert chart.subtitles == {
        "li": phrase("report.p95", amount="1"),
        "wang": phrase("report.p95_of", amount="1", kind="x"),
    }


def test_histograms_are_drawn_of_fifteen_people_who_have_a_name():
    jobs = [made(n, f"u{n:02}", "a", "x", request=1 + n, peak=1) for n in range(1, 18)]
    jobs.append(made(18, None, "a", "x", request=1000, peak=1))
    (chart,) = figure("memory_more_histograms", report_of(jobs)).charts
    assert list(chart.subtitles) == [f"u{n:02}" for n in range(17, 2, -1)]
