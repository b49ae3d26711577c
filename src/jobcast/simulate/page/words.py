"""The texts that the chart of who ran where needs."""

from collections.abc import Mapping

from jobcast.language import Phrase, phrase

WORDS: Mapping[str, Phrase] = {
    "cores": phrase("run_page.cores"),
    "user": phrase("run_page.user"),
    "queue": phrase("run_page.queue"),
    "submitted": phrase("run_page.submitted"),
    "ran": phrase("run_page.ran"),
    "waited": phrase("run_page.waited"),
    "backfilled": phrase("run_page.backfilled"),
    "killed": phrase("run_page.killed"),
    "preempted": phrase("run_page.preempted"),
    "kept_for": phrase("run_page.kept_for"),
    "promised": phrase("run_page.promised"),
    "reserved": phrase("run_page.reserved"),
    "others": phrase("run_page.others"),
    "nobody": phrase("run_page.nobody"),
    "processors": phrase("run_page.processors"),
}
"""By the names under which the script knows them."""
