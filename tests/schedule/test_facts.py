"""The rows that are looked at of many jobs at once say what their jobs say, whoever comes and goes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from jobcast.schedule.event import Cancelled, Event, Submitted
from jobcast.schedule.facts import LASTS, QUEUE, WHO
from jobcast.schedule.policy import Queue
from jobcast.schedule.step import begin, step
from tests.schedule.made_up import easy, job, one, queues

QUEUES = ("low", "high")
POLICY = easy(queues=queues(*(Queue(name=name) for name in QUEUES)))
COMING = st.lists(st.tuples(st.integers(0, 150), st.sampled_from(QUEUES), st.integers(1, 9)), max_size=250)


@settings(max_examples=50, deadline=None)
@given(st.lists(COMING, min_size=1, max_size=4))
def test_every_row_is_that_of_its_job(rounds: list[list[tuple[int, str, int]]]) -> None:
    state, number = begin(one(1), POLICY), 0
    for at, coming in enumerate(rounds):
        events: list[Event] = []
        for cancelled, queue, minutes in coming:
            events.append(Submitted(at=at, job=job(str(number), 1, 60 * minutes, queue=queue)))
            events.append(Cancelled(at=at, job=str(cancelled)))
            number += 1
        state, _ = step(state, events, POLICY)
        state.line_up()
        line = state.queued
        assert [entry.job.id for entry in line.entries] == sorted(state.waiting, key=int)
        assert len(set(line.rows.tolist())) == len(line.entries) == len(line.facts.row_of)
        told = line.facts.table[:, line.rows]
        assert told[LASTS].tolist() == [entry.lasts for entry in line.entries]
        assert told[QUEUE].tolist() == [line.facts.queue(entry.queue.name) for entry in line.entries]
        assert told[WHO].tolist() == [-1 if e.kind is None else e.kind.who for e in line.entries]
