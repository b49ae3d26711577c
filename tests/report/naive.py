"""The main figures of a report counted once more: job by job, in plain Python, from what people are promised."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from statistics import mean, median
from typing import Any

GIB = 1024**3
TIB = 1024.0
"""In GiB."""


@dataclass(frozen=True)
class Run:
    """One job. Memory in GiB, time in hours; None where it is not known or 0 was asked for or measured."""

    user: str | None
    queue: str | None
    kind: tuple[str | None, str | None, str]
    state: str
    reason: str | None
    request: float | None
    peak: float | None
    hours: float
    cores: int | None
    busy: float | None
    wait: float | None
    limit: float | None
    advised: float | None
    by_people: bool
    """Nothing speaks of advice; where something does and can't be read, nobody knows whose request it is."""

    @property
    def done(self) -> bool:
        return self.state == "done"

    @property
    def both(self) -> bool:
        return self.request is not None and self.peak is not None

    @property
    def over(self) -> float:
        return max(self.request - self.peak, 0) if self.both else 0

    @property
    def under(self) -> float:
        return max(self.peak - self.request, 0) if self.both else 0

    @property
    def followed(self) -> bool:
        """The request is the advice, but for what hooks round."""
        return None not in (self.request, self.advised) and abs(self.request - self.advised) <= 1.5 / 1024

    @property
    def killed(self) -> bool:
        return self.reason == "memory_limit"


def runs_of(rows: Iterable[dict[str, Any]], since: datetime, until: datetime) -> list[Run]:
    return [_run(row) for row in rows if since <= row["finish_time"] < until]


def _run(row: dict[str, Any]) -> Run:
    run_time, cpu_time = row["run_time"], row["cpu_time"]
    start, submit = row["start_time"], row["submit_time"]
    return Run(
        user=row["user"],
        queue=row["queue"],
        kind=(row["user"], row["queue"], re.sub("[0-9]+", "#", row["name"] or row["command"] or "-")),
        state=row["state"],
        reason=row["exit_reason"],
        request=row["memory_requested"] / GIB if row["memory_requested"] else None,
        peak=row["memory_peak"] / GIB if row["memory_peak"] else None,
        hours=(run_time or 0) / 3600,
        cores=row["cores_requested"] or None,
        busy=cpu_time / run_time if run_time and cpu_time is not None else None,
        wait=max((start - submit).total_seconds() / 3600, 0) if start and submit else None,
        limit=row["run_limit"] / 3600 if row["run_limit"] else None,
        advised=_advised(row),
        by_people=row["advised_memory"] is None and "ALLOC_MEMORY_USER" not in (row["description"] or ""),
    )


def _advised(row: dict[str, Any]) -> float | None:
    """Return what was advised in GiB, by jobcast or by memPrediction."""
    if row["advised_memory"] is not None:
        return row["advised_memory"] / GIB or None
    told = re.search(r"memPrediction\(reset=([0-9]+)MB\)", row["description"] or "")
    return float(told[1]) / 1024 or None if told else None


def _place(amount: float, bounds: Iterable[float]) -> int:
    return sum(amount > bound for bound in bounds)


BOUNDS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
TOLERATED = (5, 4, 3, 2, 2, 1.5, 1.5, 1.3, 1.3, 1.3, 1.3)
REASONS = ("memory_limit", "run_limit", "node", "preempted", "exit_code", "unknown", "cancelled")


def overview(runs: list[Run]) -> dict[str, float | None]:
    held = ((run.request if run.request is not None else run.peak or 0) * run.hours for run in runs)
    return {
        "jobs": len(runs),
        "done_jobs": sum(run.done for run in runs),
        "failed_jobs": sum(run.state == "failed" for run in runs),
        "cancelled_jobs": sum(run.state == "cancelled" for run in runs),
        "users": len({run.user for run in runs} - {None}),
        "asked_core_h": sum((run.cores or 0) * run.hours for run in runs),
        "held_tib_h": sum(held) / TIB,
    }


def compared(runs: list[Run]) -> list[Run]:
    return [run for run in runs if run.done and run.peak is not None]


def memory(runs: list[Run]) -> dict[str, float | None]:
    both = [run for run in compared(runs) if run.both]
    asked = sum(run.request * run.hours for run in both) / TIB
    used = sum(run.peak * run.hours for run in both) / TIB
    counts = {
        "measured_jobs": len(compared(runs)),
        "without_request_jobs": len(compared(runs)) - len(both),
        "compared_jobs": len(both),
    }
    if not both:
        return counts
    return {
        **counts,
        "memory_requested_tib_h": asked,
        "memory_used_tib_h": used,
        "memory_efficiency_share": used / asked if asked else None,
        "over_tib_h": sum(run.over * run.hours for run in both) / TIB,
        "under_tib_h": sum(run.under * run.hours for run in both) / TIB,
        "over_tib": sum(run.over for run in both) / TIB,
        "under_tib": sum(run.under for run in both) / TIB,
    }


def intervals(runs: list[Run]) -> list[tuple[int, int, int]]:
    """By memory interval: jobs by peak, jobs by request, jobs without a request."""
    rows = [[0, 0, 0] for _ in TOLERATED]
    for run in compared(runs):
        rows[_place(run.peak, BOUNDS)][0] += 1
        if run.both:
            rows[_place(run.request, BOUNDS)][1] += 1
        else:
            rows[_place(run.peak, BOUNDS)][2] += 1
    return [tuple(row) for row in rows]


def difference(runs: list[Run]) -> list[tuple[float | None, ...]]:
    """By interval of the peak: jobs, sum, mean and mean rate of request less peak, request / peak, over, under."""
    rows = []
    for place in range(len(TOLERATED)):
        mine = [run for run in compared(runs) if run.both and _place(run.peak, BOUNDS) == place]
        less = [run.request - run.peak for run in mine]
        rate = mean((run.request - run.peak) / run.peak for run in mine) if mine else None
        ratio = mean(run.request / run.peak for run in mine) if mine else None
        sides = (sum(run.over for run in mine) / TIB, sum(run.under for run in mine) / TIB)
        rows.append((len(mine), sum(less) / TIB, mean(less) if mine else None, rate, ratio, *sides))
    return rows


def _sums(runs: Iterable[Run], amounts: Callable[[Run], tuple[float, ...]]) -> dict[str | None, list[float]]:
    """Return for each user the sums of the amounts."""
    people: dict[str | None, list[float]] = {}
    for run in runs:
        before = people.setdefault(run.user, [0.0] * len(amounts(run)))
        people[run.user] = [one + other for one, other in zip(before, amounts(run), strict=True)]
    return people


def outside(runs: list[Run]) -> dict[str | None, list[float]]:
    """By user: TiB beyond what is tolerated, TiB too much, jobs with too much."""
    return _sums(
        (run for run in compared(runs) if run.both),
        lambda run: (
            max(run.request - run.peak * TOLERATED[_place(run.peak, BOUNDS)], 0) / TIB,
            run.over / TIB,
            float(run.over > 0),
        ),
    )


def too_much(runs: list[Run]) -> dict[str | None, list[float]]:
    """By user: TiB·h too much, and the jobs."""
    return _sums(compared(runs), lambda run: (run.over * run.hours / TIB, float(run.over > 0)))


def too_little(runs: list[Run]) -> dict[str | None, list[float]]:
    """By user: TiB·h too little, and the jobs."""
    return _sums(compared(runs), lambda run: (run.under * run.hours / TIB, float(run.under > 0)))


def failing(runs: list[Run]) -> dict[str | None, tuple[float, ...]]:
    """By user: both shares, failed jobs, jobs that fell short, GiB too little; only who has some of both."""
    found = {}
    for user in {run.user for run in runs}:
        ended = [run for run in runs if run.user == user and run.state in ("done", "failed")]
        failed = sum(run.state == "failed" for run in ended)
        tell = [run for run in ended if run.request is not None and (run.peak is not None or run.killed)]
        short = sum(run.under > 0 or run.killed for run in tell)
        if failed and short:
            shares = (failed / len(ended), short / len(tell))
            found[user] = (*shares, failed, short, sum(run.under for run in ended))
    return found


def counted(runs: list[Run]) -> list[Run]:
    return [run for run in runs if run.done and run.cores is not None and run.busy is not None]


def cpu(runs: list[Run]) -> dict[str, float | None]:
    told = counted(runs)
    asked, busy = sum(run.cores * run.hours for run in told), sum(run.busy * run.hours for run in told)
    return {
        "cpu_compared_jobs": len(told),
        "asked_core_h": asked,
        "busy_core_h": busy,
        "core_efficiency_share": busy / asked if asked else None,
        "idle_core_h": sum(max(run.cores - run.busy, 0) * run.hours for run in told),
        "beyond_core_h": sum(max(run.busy - run.cores, 0) * run.hours for run in told),
        "one_busy_jobs": sum(run.cores > 1 and run.busy <= 1.1 for run in told),
        "many_busy_jobs": sum(run.cores == 1 and run.busy > 1.5 for run in told),
    }


def sizes(runs: list[Run]) -> list[tuple[float, ...]]:
    """By 1, 2, 3-4, 5-8 cores and so on: jobs, core hours asked for, core hours busy."""
    rows = [(0, 0.0, 0.0)] * 9
    for run in counted(runs):
        place = _place(run.cores, (1, 2, 4, 8, 16, 32, 64, 128))
        jobs, asked, busy = rows[place]
        rows[place] = (jobs + 1, asked + run.cores * run.hours, busy + run.busy * run.hours)
    return rows


def idle(runs: list[Run]) -> dict[str | None, list[float]]:
    """By user: cores asked for and idle, the same times the run time, core hours asked for and busy."""
    return _sums(
        counted(runs),
        lambda run: (
            max(run.cores - run.busy, 0),
            max(run.cores - run.busy, 0) * run.hours,
            run.cores * run.hours,
            run.busy * run.hours,
        ),
    )


def lost(run: Run) -> tuple[float, float]:
    """Return the core hours of a job that did not end well, and its GiB·h."""
    memory = run.request if run.request is not None else run.peak or 0
    return (run.cores or 0) * run.hours, memory * run.hours


def reasons(runs: list[Run]) -> dict[str, tuple[float, ...]]:
    """By reason: jobs, core hours, GiB·h."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        if run.state == "failed":
            found.setdefault(run.reason or "unknown", []).append(run)
        elif run.state == "cancelled":
            found.setdefault("cancelled", []).append(run)
    costs = {reason: [lost(run) for run in found[reason]] for reason in REASONS if reason in found}
    return {reason: (len(cost), *map(sum, zip(*cost, strict=True))) for reason, cost in costs.items()}


def failing_people(runs: list[Run]) -> dict[str | None, list[float]]:
    """By user: core hours, GiB·h and jobs that failed; by jobs where no core hours are known."""
    failed = [run for run in runs if run.state == "failed"]
    return _sums(failed, lambda run: (*lost(run), 1.0))


def failures(runs: list[Run]) -> dict[str, float | None]:
    failed = [run for run in runs if run.state == "failed"]
    ended = [run for run in runs if run.state in ("done", "failed")]
    held = sum((run.cores or 0) * run.hours for run in runs)
    cores = sum(lost(run)[0] for run in failed)
    return {
        "failed_jobs": len(failed),
        "failed_of_ended_share": len(failed) / len(ended) if ended else None,
        "cancelled_jobs": sum(run.state == "cancelled" for run in runs),
        "failed_core_h": cores,
        "failed_core_share": cores / held if held else None,
        "failed_gib_h": sum(lost(run)[1] for run in failed),
    }


def time(runs: list[Run]) -> dict[str, float | None]:
    limited = [run for run in runs if run.limit and run.hours]
    waits = sorted(run.wait for run in runs if run.wait is not None)
    return {
        "limited_jobs": len(limited),
        "limit_used_median_share": median(run.hours / run.limit for run in limited) if limited else None,
        "wait_median_h": median(waits) if waits else None,
        "wait_p90_h": _between(waits, 0.9) if waits else None,
    }


def _between(amounts: list[float], share: float) -> float:
    """Return the quantile of sorted amounts, in between two of them where need be."""
    place = share * (len(amounts) - 1)
    below = int(place)
    above = min(below + 1, len(amounts) - 1)
    return amounts[below] + (place - below) * (amounts[above] - amounts[below])


def forecasts(runs: list[Run]) -> dict[str, float | None]:
    told = [run for run in runs if run.advised is not None]
    if not told:
        return {}
    broken = [run for run in told if run.followed and run.killed]
    kept = [run.peak <= run.advised for run in told if run.done and run.peak is not None]
    kept += [False] * len(broken)
    return {
        "advised_jobs": len(told),
        "followed_jobs": sum(run.followed for run in told),
        "kept_share": mean(kept) if kept else None,
        "promised_share": 0.95,
        "given_back_gib_h": sum(_given_back(run, runs) or 0 for run in told if run.followed),
        "could_give_back_gib_h": sum(
            max((run.request or 0) - run.advised, 0) * run.hours for run in told if not run.followed
        ),
        "killed_by_advice_jobs": len(broken),
    }


def unknown(runs: list[Run]) -> int:
    """Count the jobs that followed advice and of whose people nobody knows what they usually ask for."""
    return sum(_given_back(run, runs) is None for run in runs if run.followed)


def _given_back(run: Run, runs: list[Run]) -> float | None:
    alike = [other for other in runs if other.kind == run.kind]
    usual = [other.request for other in alike if other.by_people and other.request is not None]
    return (mean(usual) - run.advised) * run.hours if usual else None


def errors(runs: list[Run]) -> list[tuple[float, ...]]:
    """Of advice, then of people: jobs, mean error and root mean square error in GiB; only of who has any."""
    known = [run for run in runs if run.done and run.peak is not None]
    advice = [run.advised - run.peak for run in known if run.advised is not None]
    people = [run.request - run.peak for run in known if run.by_people and run.request is not None]
    return [
        (len(some), mean(map(abs, some)), mean(one**2 for one in some) ** 0.5)
        for some in (advice, people)
        if some
    ]
