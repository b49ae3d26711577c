"""The alarm of a job: seconds in which it is held don't count."""

from hypothesis import given
from hypothesis import strategies as st

from jobcast.act.starter.alarm import Alarm

spans = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6)


@given(left=st.integers(0, 200), spans=spans)
def test_it_rings_when_it_was_let_go_on_for_so_long(left: int, spans: list[tuple[int, int]]):
    alarm, now, gone = Alarm(after=left), 0, 0
    for going, held in spans:
        alarm.go_on(now)
        alarm.go_on(now)
        now, gone = now + going, gone + going
        if gone >= left:
            break
        assert not alarm.rings(now)
        alarm.hold(now)
        now += held
        alarm.hold(now)
        assert not alarm.rings(now)
    alarm.go_on(now)
    assert alarm.rings(now + max(0, left - gone))


def test_it_rings_once():
    alarm = Alarm(after=3)
    alarm.go_on(10)
    assert [alarm.rings(now) for now in (12, 13, 14)] == [False, True, False]
    alarm.go_on(20)
    assert not alarm.rings(1e9)


def test_it_may_ring_never():
    alarm = Alarm()
    alarm.go_on(10)
    assert not alarm.rings(1e9)


def test_what_it_has_gone_counts_where_it_is_set_anew():
    alarm = Alarm(after=3)
    alarm.go_on(10)
    alarm.hold(12)
    alarm.after = 20
    alarm.go_on(30)
    assert alarm.at == 48
    alarm.after = 1
    assert alarm.rings(30)
    alarm.after = 100
    assert not alarm.rings(1e9)
