"""Small histories at random, with many coincidences: amounts at bounds, nothing told, nothing measured."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from jobcast.units import GIB, MIB
from tests.made_up import NEW_YEAR, job
from tests.report.made_up import SCRIPT, advice

_AMOUNTS = [0, MIB, GIB // 2, GIB, 2 * GIB, 3 * GIB, 4 * GIB, 10 * GIB, 20 * GIB, 512 * GIB, 600 * GIB]
_MEMORY = st.none() | st.sampled_from(_AMOUNTS)
_SECONDS = st.none() | st.sampled_from([0.0, 1.0, 1800.0, 3600.0, 3960.0, 7200.0, 36_000.0])
_REASONS = ["memory_limit", "run_limit", "node", "preempted", "exit_code", "unknown", None]
_ENDINGS = [("done", None)] * 12 + [("failed", reason) for reason in _REASONS] + [("cancelled", None)] * 2
_USERS = st.sampled_from(["chen", "li", None, SCRIPT])
_MANY_USERS = st.sampled_from([f"u{number:02}" for number in range(40)])


@st.composite
def _row(draw: st.DrawFn, users: st.SearchStrategy[str | None]) -> dict[str, Any]:
    finish = NEW_YEAR + timedelta(hours=draw(st.integers(-24, 31 * 24)))
    start = draw(st.none() | st.just(finish - timedelta(hours=1)))
    wait = draw(
        st.sampled_from([timedelta(minutes=-3), timedelta(0), timedelta(minutes=30), timedelta(hours=7)])
    )
    state, reason = draw(st.sampled_from(_ENDINGS))
    request = draw(_MEMORY)
    return job(
        "1",
        system=draw(st.sampled_from(["lsf", "slurm", "loadleveler", "kubernetes", "swf"])),
        user=draw(users),
        queue=draw(st.sampled_from(["pnr", "syn", None])),
        name=draw(st.sampled_from(["place_1", "place_2", "", None])),
        command=draw(st.sampled_from(["/bin/sim -top a", None])),
        finish_time=finish,
        start_time=start,
        submit_time=draw(st.none() | st.just((start or finish) - wait)),
        state=state,
        exit_reason=reason,
        exit_code=draw(st.sampled_from([None, 0, 1, 137])),
        run_time=draw(_SECONDS),
        run_limit=draw(_SECONDS),
        cpu_time=draw(_SECONDS),
        cores_requested=draw(st.sampled_from([None, 1, 2, 3, 4, 8, 16, 100, 129])),
        memory_requested=request,
        memory_peak=draw(_MEMORY),
        hosts=draw(st.sampled_from([None, [], ["a"], ["a", "b"]])),
        advised_memory=draw(st.sampled_from([None, None, None, request, GIB, 10 * GIB])),
        description=draw(
            st.sampled_from([None, None, None, "", advice("0MB"), advice("1024MB"), advice("4096MB")])
        ),
    )


HISTORIES = st.lists(_row(_USERS), max_size=40) | st.lists(_row(_MANY_USERS), min_size=30, max_size=120)
"""Jobs of few people, or of so many that the last of them stand together."""
