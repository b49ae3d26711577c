"""The tables of the journal, and steps as their rows."""

from jobcast.batch.plain import to_json
from jobcast.batch.record import Step
from jobcast.batch.service import Past
from jobcast.batch.shown import shown

TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sites (number INTEGER PRIMARY KEY, files BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS turns (
    number INTEGER PRIMARY KEY, at INTEGER NOT NULL, site INTEGER NOT NULL, events BLOB NOT NULL, decisions BLOB
);
CREATE TABLE IF NOT EXISTS steps (
    id TEXT PRIMARY KEY, job TEXT NOT NULL, user TEXT NOT NULL, queue TEXT NOT NULL, unix_group TEXT NOT NULL,
    grp TEXT NOT NULL, submitted REAL NOT NULL, ended REAL, step BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS names (
    user TEXT NOT NULL, name TEXT NOT NULL, job TEXT NOT NULL, ended REAL NOT NULL, PRIMARY KEY (user, name, job)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS names_by_end ON names (user, ended);
CREATE INDEX IF NOT EXISTS steps_by_end ON steps (ended, id);
CREATE INDEX IF NOT EXISTS steps_by_job ON steps (job);
"""


def row_of(step: Step) -> tuple[object, ...]:
    """Return a step as a row; of one that is over only what anybody may see is kept."""
    job, notes = step.submitted.job, step.submitted.notes
    group = job.array or step.id.rpartition(".")[0] or step.id
    written = to_json(step if step.ended is None else shown(step))
    return (
        *(step.id, group, job.user, job.queue, notes.unix_group, job.group),
        *(step.at, step.ended, written),
    )


def name_of(step: Step) -> tuple[object, ...] | None:
    """Return a job of LSF's that is over as a row of those whose names are known; None for others."""
    job, notes = step.submitted.job, step.submitted.notes
    if step.ended is None or notes.dialect != "lsf" or not notes.name:
        return None
    return job.user, notes.name, job.array or step.id, step.ended


_CONDITIONS = {
    "user": "user = ?",
    "queue": "queue = ?",
    "group": "grp = ?",
    "unix_group": "unix_group = ?",
    "submitted_from": "submitted >= ?",
    "submitted_before": "submitted < ?",
    "ended_from": "ended >= ?",
    "ended_before": "ended < ?",
}


def condition(past: Past) -> tuple[str, list[object]]:
    """Return what rows of the steps that are wanted fulfil, and the values for its question marks."""
    parts, values = ["ended IS NOT NULL"], list[object]()
    for name, part in _CONDITIONS.items():
        if (value := getattr(past, name)) is not None:
            parts.append(part)
            values.append(value)
    if past.job is not None:
        parts.append("(id = ? OR job = ?)")
        values += [past.job, past.job]
    return " AND ".join(parts), values
