"""A line that submits and what slurmctld is told of it come to the same text."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.features.submit_line import submitted
from jobcast.systems.hooks.base import HookCall, HookSite, Understood
from jobcast.systems.hooks.slurm import SlurmHook
from tests.serve.conftest import NOW


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sbatch run.sh", "run.sh"),
        ("sbatch -J foo -n 2 --cpus-per-task=2 run.sh a b c", "run.sh a b c"),
        ("sbatch --mem 400 -t 5 ./flow/run.sh -x", "run.sh -x"),
        ("/usr/bin/sbatch --exclusive -H --parsable /proj/run.sh", "run.sh"),
        ("sbatch -N2 -n4 run.sh", "run.sh"),
        ("sbatch --mem=50 -t 3 --wrap sleep 1; echo x y", "sleep 1; echo x y"),
        ("sbatch --wrap=python3 hog.py 50", "python3 hog.py 50"),
        ("srun -n1 hostname", "hostname"),
        ("srun --pty bash -l", "bash -l"),
        ("salloc -n1 true", "true"),
        ("sbatch", ""),
        ("sbatch -J only", ""),
        ("sbatcher run.sh", "sbatcher run.sh"),
        ("synth -f compile.tcl", "synth -f compile.tcl"),
        ("", ""),
    ],
)
def test_options_are_left_out(line, expected):
    assert submitted(line) == expected


WORD = st.text("abc-./=_7", min_size=1, max_size=8).filter(lambda word: word[0] != "-" and word.strip("/"))


@given(
    script=WORD.filter(lambda word: not word.endswith("/")),
    arguments=st.lists(WORD, max_size=3),
    options=st.sampled_from(["", "-J x ", "--mem=5 -H "]),
)
def test_a_script_with_arguments_is_the_same_to_accounting_and_to_slurmctld(script, arguments, options):
    line = f"sbatch {options}{' '.join([script, *arguments])}"
    form = {f"argument{place}": word for place, word in enumerate([f"/proj/x/{script}", *arguments])}
    told = SlurmHook().read(HookCall(body=urlencode(form).encode(), at=NOW), HookSite())
    assert isinstance(told, Understood)
    assert submitted(line) == told.submission.command


@given(st.text(max_size=200))
def test_any_text_is_taken(text):
    assert submitted(text) == text or text.lstrip().split()[0].endswith(("sbatch", "srun", "salloc"))
    assert isinstance(submitted(f"sbatch {text}"), str)
