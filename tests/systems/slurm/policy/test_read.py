"""Single keywords of Slurm's files, and files that nobody would write."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import ConfigError
from jobcast.schedule.checks import check
from jobcast.schedule.policy import Method
from jobcast.systems.slurm.policy import read
from jobcast.systems.slurm.policy.amounts import generic, run_time
from jobcast.systems.slurm.policy.keywords import IGNORED, NODE_WORDS, OF_NODES, PARTITION_WORDS, REFUSED
from jobcast.systems.slurm.policy.partitions import OF_PARTITIONS
from jobcast.systems.slurm.policy.scheduler import PARTS_IGNORED, PARTS_READ, PARTS_REFUSED
from jobcast.systems.slurm.policy.site import READ

TWO = "NodeName=n[1-2] CPUs=4\nPartitionName=low Nodes=ALL PriorityTier=1\nPartitionName=high Nodes=n2 PriorityTier=2\n"


def _read(text: str):
    return read({"slurm.conf": text})


def _standing(text: str, name: str) -> tuple[str, str]:
    (found,) = [keyword for keyword in _read(text).keywords if keyword.name == name]
    return found.standing, found.reason


def test_without_slurm_conf_nothing_is_read():
    with pytest.raises(ConfigError, match="among the files"):
        read({"gres.conf": "Name=gpu"})


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *[("90", 5400), ("1:30", 120), ("0:0:1", 60), ("2:00:00", 7200), ("1-0", 86400), ("1-2:30", 95400)],
        *[("UNLIMITED", None), ("infinite", None), ("7-00:00:00", 604800)],
    ],
)
def test_time_limits_are_read_in_whole_minutes(text: str, seconds: int | None):
    assert run_time(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "1-", "-5", "1:2:3:4", "1-2:3:4:5", "٣"])
def test_other_texts_are_no_time_limits(text: str):
    with pytest.raises(ValueError, match=r"^.*$"):
        run_time(text)


def test_generic_resources_are_counted_by_name_and_type():
    assert generic("gpu:a100:4,gpu:v100:2(S:0-1),bandwidth:no_consume:4G,gpu") == {
        "gpus": 7,
        "gpus:a100": 4,
        "gpus:v100": 2,
        "bandwidth": 4 << 30,
    }


BACKFILL_WORDS = """bf_interval bf_window bf_resolution bf_max_job_test bf_max_job_user bf_max_job_start bf_max_time
    bf_continue bf_min_age_reserve bf_min_prio_reserve bf_yield_interval bf_yield_sleep bf_window_linear bf_busy_nodes
    max_rpc_cnt default_queue_depth sched_interval"""


@pytest.mark.parametrize("word", BACKFILL_WORDS.split())
def test_each_word_about_backfill_comes_back_with_a_reason_unless_it_shapes_the_policy(word: str):
    standing, reason = _standing(f"SchedulerParameters={word}=30", word)
    assert standing != "unknown"
    assert reason or standing == "understood"


@pytest.mark.parametrize("keyword", ["MaxTime", "DefaultTime"])
def test_a_run_limit_of_nothing_is_refused_and_the_default_counts(keyword: str):
    text = f"NodeName=n1\nPartitionName=p Nodes=n1 {keyword}=0:00:00"
    queue = _read(text).policy.queues["p"]
    assert (queue.run_limit, queue.run_limit_max) == (None, None)
    assert _standing(text, keyword) == (
        "refused",
        (
            "no job would run for 0 minutes: taken as if it weren't said; write UNLIMITED,"
            " or State=DOWN for a closed partition"
        ),
    )


def test_a_default_above_the_longest_run_limit_gives_way_to_it():
    text = "NodeName=n1\nPartitionName=p Nodes=n1 MaxTime=60 DefaultTime=UNLIMITED"
    queue = _read(text).policy.queues["p"]
    assert (queue.run_limit, queue.run_limit_max) == (3600, 3600)
    assert _standing(text, "DefaultTime") == ("corrected", "longer than MaxTime, which counts")


@pytest.mark.parametrize(
    ("state", "is_open", "made"),
    [
        ("UP", True, ("understood", "")),
        ("DOWN", False, ("understood", "")),
        ("DRAIN", True, ("corrected", "new jobs are accepted all the same, and start")),
        ("INACTIVE", False, ("corrected", "no job starts; new ones are accepted all the same, and wait")),
    ],
)
def test_a_partition_may_be_closed(state: str, is_open: bool, made: tuple[str, str]):
    text = f"NodeName=n1\nPartitionName=p Nodes=n1 State={state}"
    assert _read(text).policy.queues["p"].open is is_open
    assert _standing(text, "State") == made


def test_a_line_goes_on_behind_a_backslash_and_ends_at_a_sign_of_comment():
    text = 'MaxArraySize=\\\n5 # 7\nNodeName=n1 Reason="one two" \\\n  CPUs=8\n'
    assert [(word.line, word.section, word.name, word.value) for word in _read(text).keywords] == [
        (1, "", "MaxArraySize", "5"),
        (3, "", "NodeName", "n1"),
        (3, "NodeName=n1", "Reason", "one two"),
        (3, "NodeName=n1", "CPUs", "8"),
    ]


def test_a_file_that_includes_itself_is_read_once():
    files = {
        "slurm.conf": "Include a.conf\nInclude slurm.conf\n",
        "a.conf": "include slurm.conf\nKillWait=3\n",
    }
    assert [(word.file, word.name, word.standing) for word in read(files).keywords] == [
        ("slurm.conf", "Include", "understood"),
        ("a.conf", "include", "refused"),
        ("a.conf", "KillWait", "ignored"),
        ("slurm.conf", "Include", "refused"),
    ]


@pytest.mark.parametrize(
    ("mode", "method"),
    [("CANCEL", Method.REMOVE), ("REQUEUE", Method.REQUEUE), ("SUSPEND,GANG", Method.SUSPEND)],
)
def test_a_higher_tier_preempts_a_lower_one(mode: str, method: Method):
    policy = _read(f"PreemptType=preempt/partition_prio\nPreemptMode={mode}\n{TWO}").policy
    assert [(rule.queue, rule.victims, rule.method) for rule in policy.preemption] == [
        ("high", ("low",), method)
    ]


def test_jobs_that_may_not_be_requeued_are_removed():
    text = f"JobRequeue=0\nPreemptType=preempt/partition_prio\nPreemptMode=REQUEUE\n{TWO}"
    assert [rule.method for rule in _read(text).policy.preemption] == [Method.REMOVE]


@pytest.mark.parametrize("more", ["PreemptMode=OFF", "", "PreemptMode=SUSPEND,GANG"])
def test_nobody_is_preempted_where_nothing_says_so(more: str):
    assert _read(f"{more}\n{TWO}").policy.preemption == ()


def test_partitions_without_common_nodes_preempt_each_other_in_no_way():
    text = (
        "PreemptType=preempt/partition_prio\nPreemptMode=REQUEUE\nNodeName=n[1-2]\n"
        "PartitionName=a Nodes=n1 PriorityTier=1\nPartitionName=b Nodes=n2 PriorityTier=2\n"
    )
    assert _read(text).policy.preemption == ()


def test_gang_scheduling_alone_is_refused():
    assert _standing("PreemptMode=GANG", "PreemptMode") == (
        "refused",
        "jobs don't take turns on the same CPUs here",
    )


def test_tiers_alone_order_the_partitions():
    assert [str(tree) for tree in _read(TWO).policy.order] == ["Name(name='queue_priority')"]


@pytest.mark.parametrize(
    ("line", "standing"),
    [
        ("SchedulerParameters=bf_window=soon", "refused"),
        ("SchedulerParameters=bf_windo=5", "unknown"),
        ("SchedulerParameters=bf_resolution=60", "ignored"),
        ("SchedulerParameters=BF_WINDOW=60", "understood"),
    ],
)
def test_each_word_of_the_scheduler_parameters_is_judged(line: str, standing: str):
    assert [word.standing for word in _read(line).keywords] == ["understood", standing]


def test_a_misspelt_keyword_gets_a_question():
    assert _standing("PartitonName=long Nodes=ALL", "PartitonName") == (
        "unknown",
        "Did you mean PartitionName?",
    )


def test_a_text_that_is_no_pair_is_unknown():
    assert _standing("hello", "hello") == ("unknown", "no keyword of Slurm that is known here")


def test_the_tables_hold_no_keyword_twice():
    for tables in (
        (IGNORED, REFUSED, READ),
        (NODE_WORDS, OF_NODES),
        (PARTITION_WORDS, OF_PARTITIONS),
        (PARTS_IGNORED, PARTS_REFUSED, PARTS_READ),
    ):
        words = Counter(name.lower() for table in tables for name in table)
        assert [word for word, times in words.items() if times > 1] == []


KEYWORDS = st.sampled_from(
    [*READ, *IGNORED, *REFUSED, *OF_NODES, *OF_PARTITIONS, "NodeName", "PartitionName", "Name"]
)
VALUES = st.one_of(
    st.sampled_from(
        [
            *(
                "0",
                "1",
                "UNLIMITED",
                "YES",
                "ALL",
                "DEFAULT",
                "n[1-3]",
                "n[1-",
                "n[3-1]",
                "gpu:a100:2",
                "1-0",
            ),
            *("bf_window=1,bf_max_job_test=0", "preempt/partition_prio", "SUSPEND,GANG", "CR_LLN", "a:1,b:x"),
            *(
                "sched/builtin",
                "priority/multifactor",
                "select/linear",
                "CPU=1,Mem=x",
                "99999999999999999999",
                "",
            ),
        ]
    ),
    st.text(max_size=8),
)
LINES = st.lists(st.tuples(KEYWORDS, VALUES), max_size=5).map(
    lambda pairs: " ".join(f"{name}={value}" for name, value in pairs)
)
FILES = st.lists(st.one_of(LINES, st.text(max_size=20)), max_size=12).map("\n".join)


@given(FILES, FILES)
def test_no_text_is_too_bad_to_be_reported_on(slurm: str, gres: str):
    configuration = read({"slurm.conf": slurm, "gres.conf": gres})
    assert all(word.reason or word.standing == "understood" for word in configuration.keywords)
    assert all(queue.name == name for name, queue in configuration.policy.queues.items())
    check(configuration.policy)


PLAIN = st.from_regex(r"[A-Za-z0-9:,.\[\]*-]{1,12}", fullmatch=True)
PAIRS = st.lists(st.tuples(KEYWORDS, PLAIN).map("=".join), min_size=1, max_size=5).map(" ".join)


@given(st.lists(PAIRS, max_size=12))
def test_every_pair_is_reported_once(lines: list[str]):
    text = "\n".join(lines)
    pairs = [word for word in _read(text).keywords if not word.section or "=" in word.section]
    assert [f"{word.name}={word.value}" for word in pairs] == text.split()
