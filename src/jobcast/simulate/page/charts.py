"""The charts of a run as plain values for the page's script; times are seconds from the run's origin."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from jobcast.language import phrase
from jobcast.report.formats.charts import Text, text
from jobcast.report.formats.figures import harmless
from jobcast.simulate.page.course import OTHERS, Course, Means
from jobcast.simulate.page.heat import Heat
from jobcast.simulate.page.lanes import Rows, lay
from jobcast.simulate.page.promises import promises
from jobcast.simulate.page.spans import suspended
from jobcast.simulate.page.window import Window
from jobcast.simulate.page.words import WORDS
from jobcast.simulate.run import Facts


def clock(facts: Facts) -> dict[str, Any]:
    """Return how times are told: as dates in UTC, or since the beginning where the trace names no date."""
    origin = datetime.fromisoformat(facts.trace.origin)
    aware = origin if origin.tzinfo else origin.replace(tzinfo=UTC)
    return {"origin": int(aware.timestamp()), "elapsed": aware.year < 1971}


def gantt(
    facts: Facts, view: Window, rows: Rows, reservations: pl.DataFrame | None, queues: Sequence[str]
) -> dict[str, Any]:
    """Return who ran where and when, by machine; `queues` are those that have colours of their own, in their order."""
    blocks = lay(view.jobs, rows)
    told, count = promises(reservations, view.jobs, blocks, rows, (view.start, view.end))
    others = [name for name in _ranked(view.jobs, "queue") if name not in queues]
    queues = [*(name for name in queues if name != OTHERS), *others]
    users = _ranked(view.jobs, "user")
    return {
        "kind": "gantt",
        "renderer": "canvas",
        "title": text(phrase("run_page.gantt")),
        "clock": clock(facts),
        "span": [view.start, view.end],
        "rows": [[harmless(name), rows.first_of[name], size] for name, size in rows.size_of.items()],
        "by": ["queue", "user"] if len(queues) > 1 else ["user", "queue"],
        "groups": {"queue": [*map(harmless, queues)], "user": [*map(harmless, users)]},
        "jobs": _jobs(view.jobs, queues, users),
        "blocks": [[block.row, block.low, block.high] for block in blocks],
        "pale": suspended(view.jobs).rows(),
        "promises": [
            [harmless(one.job), one.made, one.over, one.start, one.low, one.high, int(one.held)]
            for one in told
        ],
        "promised": count,
        "words": {name: text(words) for name, words in WORDS.items()},
    }


def _ranked(jobs: pl.DataFrame, column: str) -> list[str]:
    """Return the names in a column, those with the most jobs first."""
    counted = jobs.group_by(pl.col(column).fill_null("")).len().sort("len", column, descending=[True, False])
    return counted[column].to_list()


def _jobs(jobs: pl.DataFrame, queues: Sequence[str], users: Sequence[str]) -> list[list[Any]]:
    queue = {name: place for place, name in enumerate(queues)}
    user = {name: place for place, name in enumerate(users)}
    return [
        [
            harmless(row[0]),
            *row[1:5],
            queue[row[5] or ""],
            user[row[6] or ""],
            int(row[7]) + 2 * int(row[8]),
            row[9],
        ]
        for row in jobs.select(
            *(
                "id",
                "submit",
                "start",
                "finish",
                "cores",
                "queue",
                "user",
                "backfilled",
                "killed",
                "preemptions",
            )
        ).iter_rows()
    ]


def cores(facts: Facts, over: Course, view: Window) -> dict[str, Any]:
    """Return how many cores were used, by queue."""
    return {
        **_over_time(facts, over, view),
        "title": text(phrase("run_page.cores_chart")),
        "stacked": [{"name": _queue(name), "values": _short(used)} for name, used in over.used.items()],
        "lines": [],
        "limit": facts.trace.processors,
        "limit_name": text(phrase("run_page.all_processors")),
    }


def asked(facts: Facts, over: Course, view: Window) -> dict[str, Any]:
    """Return how many cores were asked for by all that ran or waited."""
    return {
        **_over_time(facts, over, view),
        "title": text(phrase("run_page.asked_chart")),
        "stacked": [],
        "lines": [{"name": text(phrase("run_page.asked")), "values": _short(over.asked), "filled": True}],
        "limit": facts.trace.processors,
        "limit_name": text(phrase("run_page.all_processors")),
    }


def jobs_over_time(facts: Facts, over: Course, view: Window) -> dict[str, Any]:
    """Return how many jobs waited and ran."""
    return {
        **_over_time(facts, over, view),
        "title": text(phrase("run_page.jobs_chart")),
        "stacked": [],
        "lines": [
            {"name": text(phrase("run_page.waiting")), "values": _short(over.waiting), "filled": True},
            {"name": text(phrase("run_page.most_waiting")), "values": over.most_waiting.tolist()},
            {"name": text(phrase("run_page.running")), "values": _short(over.running)},
        ],
        "limit": None,
        "limit_name": "",
    }


def _over_time(facts: Facts, over: Course, view: Window) -> dict[str, Any]:
    return {
        "kind": "course",
        "clock": clock(facts),
        "edges": over.edges.tolist(),
        "marked": None if view.whole else [view.start, view.end],
        "marked_name": text(phrase("run_page.marked")),
    }


def machines(facts: Facts, told: Heat, over: Course) -> dict[str, Any]:
    """Return how busy each machine was."""
    return {
        "kind": "heat",
        "renderer": "canvas",
        "title": text(phrase("run_page.heat")),
        "clock": clock(facts),
        "edges": over.edges.tolist(),
        "rows": [group_name(first, last) for first, last in zip(told.first, told.last, strict=True)],
        "cells": [[round(float(share), 3) for share in row] for row in told.busy],
        "busy": text(phrase("run_page.busy")),
    }


def group_name(first: str, last: str) -> str:
    """Return what a machine, or a group of neighbours, is called."""
    return harmless(first if first == last else f"{first} – {last}")


def _queue(name: str) -> Text:
    if name == OTHERS:
        return text(phrase("run_page.others"))
    return harmless(name) if name else text(phrase("run_page.nobody"))


def _short(values: Means) -> list[float]:
    return [round(float(value), 3) for value in values]
