"""Floating resources, bookings, windows, and times before which a job may not start."""

from jobcast.machine import CPUS, AdvanceReservation
from jobcast.schedule.event import (
    Changed,
)
from jobcast.schedule.policy import Queue
from tests.schedule.driver import Driver
from tests.schedule.made_up import (
    easy,
    job,
    many,
    one,
    queues,
    with_bookings,
    with_floating,
)


def test_floating_licences_are_counted_over_the_whole_cluster() -> None:
    made = Driver(with_floating(many(2, 4), lic=3), easy())
    made.submit(job("a", 1, 100, floating={"lic": 2}), runs=100)
    made.submit(job("b", 1, 100, floating={"lic": 2}), at=1, runs=100)
    made.submit(job("c", 1, 99, floating={"lic": 1}), at=2, runs=99)
    made.submit(job("d", 1, 98, floating={"lic": 1}), at=2, runs=98)
    made.submit(job("e", 1, 98), at=2, runs=98)
    made.run()
    assert made.promises("b")[0] == (1, 100, {})
    assert made.starts() == {"a": 0, "b": 100, "c": 2, "d": 101, "e": 2}


def booking(start: int, end: int, cpus: int, **machines: int) -> AdvanceReservation:
    takes = {name: {CPUS: cpus} for name in machines or {"m1": 0}}
    return AdvanceReservation(name="course", start=start, end=end, takes=takes, users=frozenset({"teacher"}))


def test_an_advance_reservation_is_kept_free_and_used_by_those_who_booked_it() -> None:
    made = Driver(with_bookings(one(8), booking(100, 200, 6)), easy())
    made.submit(job("early", 4, 100), runs=100)
    made.submit(job("long", 4, 101), runs=101)
    made.submit(job("small", 2, 500), at=1, runs=500)
    made.submit(job("of course", 6, 50, user="teacher", booking="course"), at=2, runs=50)
    made.submit(job("stranger", 1, 10, user="x", booking="course"), at=3, runs=10)
    made.run(150)
    assert made.cause("stranger") == "not_allowed"
    assert made.start("early") == 0
    assert made.start("small") == 1
    assert made.start("of course") == 100
    assert made.start("long") is None
    assert made.run().start("long") == 200


def test_nobody_is_promised_what_a_booking_gets_back_when_its_job_ends() -> None:
    made = Driver(with_bookings(one(4), booking(10, 500, 4)), easy())
    made.submit(job("lesson", 4, 50, user="teacher", booking="course"), at=10, runs=50)
    made.submit(job("wide", 4, 100), at=11, runs=100)
    made.run()
    assert [start for _, start, _ in made.promises("wide")] == [500]
    assert made.start("wide") == 500


def test_a_lesson_that_starts_changes_no_promise_of_the_same_second() -> None:
    made = Driver(with_bookings(one(4), booking(10, 500, 4)), easy())
    made.submit(job("lesson", 4, 50, user="teacher", booking="course"), at=5, runs=50)
    made.submit(job("wide", 4, 100), at=6, runs=100)
    made.run()
    assert [start for _, start, _ in made.promises("wide")] == [500]


def test_a_queue_starts_jobs_only_in_its_window() -> None:
    day = 86_400
    night = ((0, 6 * 3600), (20 * 3600, day))
    policy = easy(queues=queues(Queue(name="night", windows=night)), default_queue="night")
    made = Driver(one(4), policy, at=7 * 3600)
    made.submit(job("a", 1, 10), at=8 * 3600, runs=10)
    made.run(9 * 3600)
    assert made.cause("a") == "window"
    assert made.run().start("a") == 20 * 3600


def test_a_job_does_not_start_before_its_begin_time_or_while_it_is_held() -> None:
    made = Driver(one(4), easy())
    made.submit(job("later", 1, 10, begin=50), job("held", 1, 10, hold="user"), runs=10)
    made.happen(Changed(at=80, job=job("held", 1, 10)))
    assert made.run().starts() == {"later": 50, "held": 80}
