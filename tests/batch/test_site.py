"""What a site is that has no files."""

from dataclasses import replace

from jobcast.batch.site import read_live
from jobcast.systems.dialect import Standing
from jobcast.systems.keyword_lines import keyword_lines
from tests.batch.making import FILES, HERE


def test_a_manager_without_files_has_one_queue_and_this_machine() -> None:
    site = read_live(FILES)
    assert (site.policy.default_queue, list(site.policy.queues)) == ("normal", ["normal"])
    assert site.cluster.machines == (HERE,)


def test_that_a_program_of_the_site_decides_counts_as_it_stands() -> None:
    site = read_live(replace(FILES, texts={"LoadL_config": "SCHEDULER_TYPE = API\n"}))
    assert site.policy.external
    assert keyword_lines(site.keywords) == []
    assert [each.standing for each in site.keywords] == [Standing.UNDERSTOOD]
