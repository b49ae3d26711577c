"""A snapshot tells what the files of the site say."""

from dataclasses import replace

from jobcast.batch.journal import Journal
from jobcast.batch.opening import open_ledger
from jobcast.batch.picture import Frame, take
from jobcast.batch.service import Wanted
from jobcast.batch.site import read_live
from jobcast.batch.snapshot import QueueNotes
from tests.batch.making import AT, FILES, MONDAY

CONFIG = "SCHEDULER_TYPE = BACKFILL\nNEGOTIATOR_REMOVE_COMPLETED = 300\n"
ADMIN = """\
default: type = class
  core_limit = 0
normal: type = class
  class_comment = "Research"
  job_cpu_limit = 2:00:00,1:00:00
  data_limit = unlimited
  core_limit = 1kb
  wall_clock_limit = 1:00:00,55:00
  default_wall_clock_limit = 10:00
other: type = class
"""


def test_what_listings_tell_of_classes_and_of_what_is_over_is_that_of_the_files(tmp_path):
    files = replace(FILES, texts={"LoadL_config": CONFIG, "LoadL_admin": ADMIN})
    ledger = open_ledger(Journal(tmp_path), files, read_live, at=AT, monday=MONDAY)
    frame = Frame(cluster="weather", host="n1", executor="local", zone="UTC")
    snapshot = take(ledger, Wanted(), frame, AT)
    assert snapshot.remove_completed == 300
    notes = snapshot.queue_notes
    assert notes["normal"] == QueueNotes(
        comment="Research",
        limits={
            "core_limit": (1024, 1024),
            "data_limit": (None, None),
            "job_cpu_limit": (3600, 7200),
            "wall_clock_limit": (3300, 3600),
        },
    )
    assert notes["other"] == QueueNotes(limits={"core_limit": (0, 0)})
