from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.systems.base import Site
from jobcast.systems.lsf.dates import Calendar


def moment(text: str, now: datetime) -> datetime | None:
    microseconds = Calendar(Site(now=now)).moment(text)
    return None if microseconds is None else datetime.fromtimestamp(microseconds / 1_000_000, UTC)


JUNE = datetime(2024, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("Fri Jun 14 10:06:58", JUNE, (2024, 6, 14, 10, 6, 58)),
        ("Sun Jun 16 10:06:58", JUNE, (2024, 6, 16, 10, 6, 58)),
        ("Mon Jun 17 10:06:58", JUNE, (2019, 6, 17, 10, 6, 58)),
        ("Wed Jun 14 10:06:58", JUNE, (2023, 6, 14, 10, 6, 58)),
        ("Mon Aug  4 12:28:51 2014", JUNE, (2014, 8, 4, 12, 28, 51)),
        ("Thu Feb 29 01:02:03", JUNE, (2024, 2, 29, 1, 2, 3)),
        ("Thu Feb 29 01:02:03", datetime(2027, 1, 1, tzinfo=UTC), (2024, 2, 29, 1, 2, 3)),
        ("Sat Feb 29 01:02:03", JUNE, (2020, 2, 29, 1, 2, 3)),
        ("Tue Dec 31 23:59:59", datetime(2025, 1, 1, tzinfo=UTC), (2024, 12, 31, 23, 59, 59)),
        ("Wed Jan  1 00:00:01", datetime(2025, 1, 1, tzinfo=UTC), (2025, 1, 1, 0, 0, 1)),
        ("Jun 14 10:06", JUNE, (2024, 6, 14, 10, 6, 0)),
        ("Jun 14 10:06 L", JUNE, (2024, 6, 14, 10, 6, 0)),
        ("Dec 28 19:56", JUNE, (2023, 12, 28, 19, 56, 0)),
        ("06/14-10:06:58", JUNE, (2024, 6, 14, 10, 6, 58)),
        ("Fri Jun 31 10:06:58", JUNE, None),
        ("Fri Jun 14 25:06:58", JUNE, None),
        ("13/45-10:06:58", JUNE, None),
        ("-", JUNE, None),
        ("", JUNE, None),
    ],
)
def test_a_date_is_completed(text: str, now: datetime, expected: tuple[int, ...] | None) -> None:
    assert moment(text, now) == (datetime(*expected, tzinfo=UTC) if expected else None)  # type: ignore[arg-type,misc]


@given(
    when=st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001 - hypothesis wants it so
    days=st.integers(0, 364),
    hours=st.integers(-12, 12),
)
def test_a_date_of_the_last_year_is_found_again_in_any_zone(when: datetime, days: int, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    then = when.replace(microsecond=0, tzinfo=zone)
    site = Site(now=then + timedelta(days=days), timezone=zone)
    microseconds = Calendar(site).moment(then.strftime("%a %b %e %H:%M:%S"))
    assert microseconds == int(then.timestamp()) * 1_000_000
