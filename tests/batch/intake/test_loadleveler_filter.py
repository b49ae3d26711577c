"""What a site's submit filter is told, and what its end means for the job."""

from dataclasses import replace

import pytest

from jobcast.batch.intake.loadleveler_filter import Filter, FilterEnd, filter_of, filtered
from jobcast.systems.loadleveler.configuration import read_site
from tests.batch.intake.command_files import ANN, BARE, LOGIN, order

SITE = read_site({"LoadL_config": "SUBMIT_FILTER = /site/filter.sh --strict"})
ORDER = order("# @ queue")
FILTER = Filter(
    program=("/site/filter.sh", "--strict"),
    environment={
        **LOGIN,
        "LOADL_ACTIVE": "0.1.0",
        "LOADL_STEP_COMMAND": "nightly.cmd",
        "LOADL_STEP_ID": "n01.12",
        "LOADL_STEP_OWNER": "ann",
    },
)


def test_a_filter_is_told_whose_job_it_is():
    assert filter_of(ORDER, SITE, ANN) == FILTER
    assert filter_of(ORDER, BARE, ANN) is None


@pytest.mark.parametrize("text", ["#" * 5_000_000, "\0", "\udcff"])
def test_a_file_that_is_none_is_not_handed_to_a_filter(text):
    assert filter_of(order(text), SITE, ANN) is None


def test_what_a_filter_writes_is_submitted():
    output = "# @ comment = GRAPES\n# @ queue\necho 中\n"
    assert filtered(ORDER, FILTER, FilterEnd(exit_code=0, output=output.encode())) == replace(
        ORDER, text=output
    )


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (
            FilterEnd(
                exit_code=1, output=b"# @ queue", errors=b"no model\n\n\x1b[31mname one\n" + b"x\n" * 9
            ),
            "the submit filter /site/filter.sh ended with 1\nno model\n\\x1b[31mname one\nx\nx\nx",
        ),
        (FilterEnd(exit_code=139), "the submit filter /site/filter.sh ended with 139"),
        (FilterEnd(exit_code=0, output=b"\n"), "the submit filter /site/filter.sh left nothing to submit"),
        (
            FilterEnd(exit_code=137, timed_out=True),
            "the submit filter /site/filter.sh took too long and was ended",
        ),
        (
            FilterEnd(exit_code=0, output=b"# @ queue \xff"),
            "what the submit filter /site/filter.sh wrote is no UTF-8",
        ),
    ],
)
def test_a_filter_that_fails_refuses_the_job_and_says_why(end, said):
    assert filtered(ORDER, FILTER, end) == said
