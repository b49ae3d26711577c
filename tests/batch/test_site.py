"""What a site is that has no files."""

from jobcast.batch.site import read_live
from tests.batch.making import FILES, HERE


def test_a_manager_without_files_has_one_queue_and_this_machine() -> None:
    site = read_live(FILES)
    assert (site.policy.default_queue, list(site.policy.queues)) == ("normal", ["normal"])
    assert site.cluster.machines == (HERE,)
