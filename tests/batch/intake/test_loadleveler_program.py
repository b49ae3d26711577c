"""Each keyword of what a step runs is read, or refused with its place and a reason."""

from dataclasses import replace

import pytest

from jobcast.batch.intake.base import Intake
from jobcast.batch.intake.loadleveler import read
from jobcast.program import Affinity, Unit
from jobcast.systems.loadleveler.configuration import read_site
from tests.batch.intake.command_files import ANN, BARE, LOGIN, THEIRS, order, step, submit


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("host", "login1"),
        ("hostname", "login1"),
        ("domain", "centre.example"),
        ("home", "/home/ann"),
        ("user", "ann"),
        ("jobid", "12"),
        ("stepid", "0"),
        ("schedd_host", "n01"),
        ("executable", "$(home)/bin/model.exe"),
        ("base_executable", "model.exe"),
        ("class", "normal"),
        ("comment", "GRAPES"),
        ("job_name", "nightly"),
        ("step_name", "first"),
        ("USER", "ann"),
        (" user ", "ann"),
    ],
)
def test_each_variable_stands_for_what_ibm_says(variable, value):
    found = step(
        "class = normal",
        "comment = GRAPES",
        "job_name = nightly",
        "step_name = first",
        "executable = $(home)/bin/model.exe",
        f"arguments = a$({variable})b",
    )
    value = value.replace("$(home)", "/home/ann")
    assert found.program.arguments == ("/home/ann/bin/model.exe", f"a{value}b")


def test_variables_of_what_is_not_said_have_the_defaults_of_the_step():
    found = step(
        "arguments = $(executable) $(base_executable) $(class) $(job_name) $(step_name) -$(comment)-"
    )
    assert found.program.arguments == ("nightly.cmd", "nightly.cmd", "No_Class", "n01.12", "0", "--")


VALUES = [
    "arguments", "class", "comment", "environment", "error", "executable", "initialdir", "input", "job_name",
    "notify_user", "output", "shell", "account_no", "group", "requirements", "resources", "startdate", "core_limit",
    "wall_clock_limit", "task_affinity", "hold", "notification", "job_type",
]  # fmt: skip


@pytest.mark.parametrize("keyword", VALUES)
@pytest.mark.parametrize(
    ("value", "name"), [("$(rm -rf /)", "$(rm -rf /)"), ("$(id)", "id"), ("$(user", "$(user")]
)
def test_what_is_no_variable_is_refused_in_each_field(keyword, value, name):
    column = len("# @  = ") + len(keyword) + 1
    assert submit(f"{keyword} = {value}") == Intake(
        refusals=(f"nightly.cmd:1:{column}: {keyword}: no statement gives the variable {name}",)
    )


@pytest.mark.parametrize(
    ("value", "environment"),
    [
        ("COPY_ALL", {"EDITOR": "vi", "MODEL": "GRAPES"}),
        ("copy_all ; !MODEL", {"EDITOR": "vi"}),
        ("$MODEL; $NOBODY", {"MODEL": "GRAPES"}),
        ("A=1; B = two words ;C=", {"A": "1", "B": "two words", "C": ""}),
        ("A=\"x; 'y'\"; B='\"z\"'", {"A": "x; 'y'", "B": '"z"'}),
        ('"A=whole entry"', {"A": "whole entry"}),
        ("A=$HOME; B=`id`; C=x=y", {"A": "$HOME", "B": "`id`", "C": "x=y"}),
        ("HOME=/scratch; PATH=/opt/bin", {"HOME": "/scratch", "PATH": "/opt/bin"}),
        ("!TZ", {"TZ": None}),
        ("", {}),
    ],
)
def test_an_environment_is_copied_name_by_name_and_never_a_shells(value, environment):
    wanted = {name: value for name, value in {**LOGIN, **environment}.items() if value is not None}
    assert step(f"environment = {value}").program.environment == wanted


def test_threads_are_told_unless_the_environment_does():
    assert step("parallel_threads = 4").program.environment == {**LOGIN, "OMP_NUM_THREADS": "4"}
    own = step("parallel_threads = 4", "environment = OMP_NUM_THREADS=2")
    assert own.program.environment == {**LOGIN, "OMP_NUM_THREADS": "2"}


@pytest.mark.parametrize(
    ("value", "arguments"),
    [
        ("a  b\tc", ("a", "b", "c")),
        ("'a b' \"c 'd'\" e\"f g\"h", ("a b", "c 'd'", "ef gh")),
        ("* ?? `id` $X ~ | > \\", ("*", "??", "`id`", "$X", "~", "|", ">", "\\")),
        ('"" x', ("", "x")),
    ],
)
def test_arguments_are_split_at_blanks_and_mean_nothing_else(value, arguments):
    found = step(f"arguments = {value}", "executable = /bin/echo")
    assert found.program.arguments == ("/bin/echo", *arguments)


K, M = 1 << 10, 1 << 20


@pytest.mark.parametrize(
    ("keyword", "value", "name", "limit"),
    [
        ("as_limit", "10gb,5gb", "as", (5 << 30, 10 << 30)),
        ("core_limit", "0", "core", (0, 0)),
        ("core_limit", "unlimited, 10kb", "core", (10 * K, None)),
        ("cpu_limit", "1:00:00,00:50:00", "cpu", (3000, 3600)),
        ("cpu_limit", "90.5", "cpu", (90, 90)),
        ("data_limit", '"{2kw,1024}"', "data", (K, 8 * K)),
        ("file_limit", "1mb", "fsize", (M, M)),
        ("memlock_limit", "rlim_infinity", "memlock", (None, None)),
        ("nofile_limit", "4096,1024", "nofile", (1024, 4096)),
        ("nproc_limit", ",100", "nproc", (100, 100)),
        ("rss_limit", "3mw", "rss", (12 * M, 12 * M)),
        ("stack_limit", "{UNLIMITED,8mb}", "stack", (8 * M, None)),
    ],
)
def test_limits_are_soft_and_hard_in_bytes_seconds_or_numbers(keyword, value, name, limit):
    assert step(f"{keyword} = {value}").program.limits == {name: limit}


def test_the_limit_of_all_processes_together_is_one_of_its_own():
    assert step("job_cpu_limit = 2:00,1:30").program.job_cpu_limit == (90, 120)


TIMED = read_site(
    {
        "LoadL_admin": "normal: type = class\nwall_clock_limit = 10:00:00,9:30:00\n"
        "usual: type = class\nwall_clock_limit = 10:00:00,9:30:00\ndefault_wall_clock_limit = 1:00:00,50:00\n"
        "open: type = class\n"
    }
)


@pytest.mark.parametrize(
    ("name", "lines", "soft", "warned"),
    [
        ("normal", ("wall_clock_limit = 2:00,1:30",), 90, 90),
        ("normal", ("wall_clock_limit = {2:00, 90.4}",), 90, 90),
        ("normal", ("wall_clock_limit = ,1:30",), 90, 90),
        ("normal", ("wall_clock_limit = 2:00,2:00",), 120, None),
        ("normal", ("wall_clock_limit = 2:00",), 34200, None),
        ("normal", ("wall_clock_limit = 9:45:00",), 34200, 34200),
        ("normal", (), 34200, 34200),
        ("usual", (), 3000, 3000),
        ("usual", ("wall_clock_limit = 9:45:00",), 34200, 34200),
        ("open", ("wall_clock_limit = 2:00",), None, None),
        ("open", ("wall_clock_limit = unlimited,2:00",), 120, 120),
        ("open", (), None, None),
    ],
)
def test_a_step_is_warned_at_its_soft_run_limit_else_that_of_its_class(name, lines, soft, warned):
    found = step(f"class = {name}", *lines, site=TIMED)
    queue = TIMED.configuration.policy.queues[name]
    hard = found.job.run_limit or queue.run_limit
    assert (found.soft_run_limit, found.warned_after(hard)) == (soft, warned)


def test_limits_of_the_submitter_may_not_be_known():
    found = submit("core_limit = copy")
    assert [(each.program.limits, found.warnings) for each in found.steps] == [
        (
            {},
            (
                (
                    "nightly.cmd:1:18: core_limit: this limit of whoever submits isn't known here:"
                    " that of the class holds, else that of the machine"
                ),
            ),
        )
    ]


BOUNDED = read_site(
    {
        "LoadL_admin": "normal: type = class\ncore_limit = 1mb,512kb\nnofile_limit = 10\n"
        "theirs: type = class\nstack_limit = copy\ncore_limit = unlimited,copy\n"
        "open: type = class\ndefault: type = user\ndefault_class = normal"
    }
)
THEIR_LIMITS = {
    "core": (0, None),
    "nofile": (1024, 4096),
    "stack": (8 * M, None),
    "fsize": (None, None),
    "cpu": (-5, 1 << 64),
}


@pytest.mark.parametrize(
    ("lines", "limits"),
    [
        (("class = open", "stack_limit = copy"), {"stack": (8 * M, None)}),
        (("class = open", "core_limit = copy,rlim_infinity"), {"core": (None, None)}),
        (("class = open", "core_limit = {unlimited, copy}"), {"core": (0, None)}),
        (("class = open", "nofile_limit = copy,100"), {"nofile": (100, 4096)}),
        (("class = open", "nofile_limit = copy,10000"), {"nofile": (4096, 4096)}),
        (("class = open", "nofile_limit = 100,COPY"), {"nofile": (100, 100)}),
        (("class = open", "nofile_limit = ,copy"), {"nofile": (1024, 1024)}),
        (("class = open", "file_limit = copy"), {"fsize": (None, None)}),
        (("class = open", "cpu_limit = copy"), {}),
        (("class = open",), {}),
        (("core_limit = copy", "nofile_limit = copy"), {"core": (0, M), "nofile": (10, 10)}),
        (("core_limit = copy,100kb",), {"core": (100 * K, M), "nofile": (10, 10)}),
        (("class = theirs",), {"stack": (8 * M, None), "core": (0, None)}),
        (("class = theirs", "stack_limit = 1mb"), {"stack": (M, M), "core": (0, None)}),
    ],
)
def test_copy_is_what_the_submitter_has_within_the_class(lines, limits):
    text = "\n".join([*(f"# @ {line}" for line in lines), "# @ queue"])
    found = read(replace(order(text), limits=THEIR_LIMITS), BOUNDED, ANN)
    assert (found.refusals, found.warnings) == ((), ())
    assert [each.program.limits for each in found.steps] == [limits]


def test_a_copy_that_is_not_known_is_bounded_by_the_class():
    found = submit("class = normal", "core_limit = copy", site=BOUNDED)
    assert [each.program.limits for each in found.steps] == [{"core": (512 * K, M), "nofile": (10, 10)}]


CLASSES = read_site({"LoadL_admin": "normal: type = class\ncore_limit = 1mb,512kb\njob_cpu_limit = 1:00:00"})


@pytest.mark.parametrize(
    ("lines", "limit"),
    [
        ((), (512 * K, M)),
        (("core_limit = 256kb",), (256 * K, 256 * K)),
        (("core_limit = ,1mb",), (M, M)),
        (("core_limit = 768kb,700kb",), (700 * K, 768 * K)),
    ],
)
def test_a_class_bounds_the_limits_of_its_steps_and_gives_them_where_they_say_nothing(lines, limit):
    program = step("class = normal", *lines, site=CLASSES).program
    assert (program.limits, program.job_cpu_limit) == ({"core": limit}, (3600, 3600))


NO_LIMIT = (
    "is no limit: write hard,soft, each an amount, unlimited or copy, the soft one not above the hard one"
)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("core_limit = 2mb", "more than 1048576, the hard limit of the class"),
        ("core_limit = unlimited", "more than 1048576, the hard limit of the class"),
        ("core_limit = ,2mb", "more than 1048576, the hard limit of the class"),
        ("core_limit = 10kb,20kb", f"'10kb,20kb' {NO_LIMIT}"),
        ("core_limit = much", f"'much' {NO_LIMIT}"),
        ("core_limit = ,", f"',' {NO_LIMIT}"),
        ("nofile_limit = 10kb", f"'10kb' {NO_LIMIT}"),
        ("cpu_limit = 1:2:3:4", f"'1:2:3:4' {NO_LIMIT}"),
        ("stack_limit = 99999999eb", f"'99999999eb' {NO_LIMIT}"),
        ("arguments = 'a", "a quotation isn't closed in \"'a\""),
        ("shell = ksh", "'ksh' is no absolute path"),
        (
            "environment = COPYALL",
            "'COPYALL' is no part of an environment: write COPY_ALL, $NAME, !NAME or NAME=value, with ; between",
        ),
        (
            "environment = 1A=x",
            "'1A=x' is no part of an environment: write COPY_ALL, $NAME, !NAME or NAME=value, with ; between",
        ),
        ("notification = mail", "'mail' can't stand here; there are always, error, start, never, complete"),
        ("task_affinity = core(0)", "'core(0)' can't stand here: write core(n) or cpu(n)"),
        (
            "rset = mine",
            "'mine' can't stand here; there are rset_mcm_affinity, rset_consumable_cpus, rset_none",
        ),
        ("parallel_threads = 0", "0 is not between 1 and 1000000"),
        (
            "step_name = 2nd",
            "'2nd' is no name of a step: letters, digits, _ and dots, no digit first, not T or F alone",
        ),
        (
            "step_name = T",
            "'T' is no name of a step: letters, digits, _ and dots, no digit first, not T or F alone",
        ),
        ("env_copy = some", "'some' can't stand here; there are all, master"),
        ("large_page = M", "no machine promises large pages; y uses them where there are some"),
        ("restart_from_ckpt = yes", "there is no checkpoint to go on from"),
        ("smt = maybe", "'maybe' can't stand here; there are yes, no, as_is"),
        ("locks_limit = 1kb", f"'1kb' {NO_LIMIT}"),
        ("coschedule = yes", "steps of one job aren't started together"),
        (
            "dstg_in_script = x",
            "Programs that stage data aren't run: make them steps, and wait for them by dependency.",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place_and_a_reason(line, reason):
    keyword, _, value = line.partition(" = ")
    found = submit("class = normal", line, site=CLASSES)
    column = len("# @  = ") + len(keyword) + 1
    assert found == Intake(refusals=(f"nightly.cmd:2:{column}: {keyword}: {reason}",)), value


@pytest.mark.parametrize(
    ("lines", "affinity"),
    [
        (("task_affinity = core(2)",), Affinity(unit=Unit.CORE, per_task=2)),
        (("task_affinity = CPU",), Affinity(unit=Unit.CPU, per_task=1)),
        (("rset = rset_mcm_affinity", "task_affinity = cpu(3)"), Affinity(unit=Unit.CPU, per_task=3)),
        (("rset = RSET_CONSUMABLE_CPUS",), Affinity(unit=Unit.CPU, per_task=1)),
        (("rset = rset_none",), None),
        ((), None),
    ],
)
def test_tasks_are_bound_as_the_step_says(lines, affinity):
    assert step(*lines).program.affinity == affinity


def test_a_step_asks_for_the_cpus_that_its_set_has():
    site = read_site({"LoadL_config": "SCHEDULE_BY_RESOURCES = ConsumableCpus"})
    found = step("resources = ConsumableCpus(3)", "rset = rset_consumable_cpus", site=site)
    assert found.program.affinity == Affinity(unit=Unit.CPU, per_task=3)


def test_files_are_seen_from_the_initial_directory():
    found = step("initialdir = run", "input = in", "output = /logs/out", "error = ../err").program
    assert (found.directory, found.input, found.output, found.error) == (
        "/proj/ann/run",
        "/proj/ann/run/in",
        "/logs/out",
        "/proj/ann/run/../err",
    )


def test_output_and_error_may_be_one_file_however_it_is_written():
    found = step("output = logs/all", "error = ./logs/all").program
    assert (found.output, found.error) == ("/proj/ann/logs/all", "/proj/ann/logs/all")


def test_accounts_are_validated_where_the_site_says_so():
    site = read_site(
        {
            "LoadL_config": "ACCT = A_ON A_VALIDATE",
            "LoadL_admin": "ann: type = user\naccount = NWP-OPS NWP-DEV\nbob: type = user\naccount = OCEAN",
        }
    )
    assert step("account_no = NWP-DEV", site=site).job.project == "NWP-DEV"
    assert submit("account_no = NWP-OP", site=site).refusals == (
        "nightly.cmd:1:18: account_no: ann may not use the account 'NWP-OP'; Did you mean NWP-OPS?",
    )
    assert submit("account_no = OCEAN", site=site).refusals == (
        "nightly.cmd:1:18: account_no: ann may not use the account 'OCEAN'; there are NWP-DEV, NWP-OPS",
    )
    stranger = replace(ANN, user="eve")
    assert read(order("# @ account_no = OCEAN\n# @ queue"), site, stranger).refusals == (
        "nightly.cmd:1:18: account_no: eve may not use the account 'OCEAN'",
    )
    assert submit(site=site).refusals == (
        "nightly.cmd:1:5: queue: ann may not use the account ''; there are NWP-DEV, NWP-OPS",
    )


def test_a_keyword_that_has_no_effect_is_told_with_its_place():
    found = submit("network.MPI = sn_all,shared,US", "checkpoint = no")
    assert (len(found.steps), found.warnings) == (
        1,
        (
            "nightly.cmd:1:19: network.MPI: Network adapters and switches aren't managed.",
            (
                "nightly.cmd:2:18: checkpoint: Nothing is checkpointed: what runs again begins anew;"
                " restart_from_ckpt = yes is refused."
            ),
        ),
    )


def test_a_later_step_has_the_keywords_of_the_one_before_unless_it_takes_them_back():
    first, second = read(
        order("# @ input = a\n# @ arguments = x\n# @ queue\n# @ input =\n# @ queue\n"), BARE, ANN
    ).steps
    assert (first.program.input, first.program.arguments) == ("/proj/ann/a", ("x",))
    assert (second.program.input, second.program.arguments) == ("/dev/null", ("x",))
    assert THEIRS["HOME"] != second.program.environment["HOME"]


def test_files_that_a_step_makes_are_as_private_as_those_of_its_submitter():
    (private,) = read(replace(order("# @ queue"), umask=0o077), BARE, ANN).steps
    assert private.program.umask == 0o077
