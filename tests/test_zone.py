"""The zone of this host, however it is written, and what can't be understood of it."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from jobcast import zone
from jobcast.systems.columns import to_utc
from jobcast.zone import misread_zone, read_zone


def test_local_is_the_zone_of_this_host(monkeypatch):
    monkeypatch.setenv("TZ", ":Asia/Shanghai")
    noon = datetime(2026, 1, 1, 12, tzinfo=read_zone("local"))
    assert noon.utcoffset() == timedelta(hours=8)
    monkeypatch.setenv("TZ", "nonsense")
    assert read_zone("local") is UTC
    assert misread_zone() == "nonsense"


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("CST-8", 8),
        ("EST5", -5),
        ("EST+5", -5),
        ("IST-5:30", 5.5),
        ("<+0330>-3:30", 3.5),
        ("UTC0", 0),
        ("EST5EDT", -5),
        (":/usr/share/zoneinfo/Asia/Shanghai", 8),
    ],
)
def test_a_zone_is_understood_as_posix_writes_it(monkeypatch, text, hours):
    monkeypatch.setenv("TZ", text)
    found = read_zone("local")
    assert datetime(2026, 1, 1, 12, tzinfo=found).utcoffset() == timedelta(hours=hours)
    assert misread_zone() == ""
    told = pl.DataFrame({"at": [datetime(2026, 1, 1, 12)]}).select(to_utc(pl.col("at"), found)).item()  # noqa: DTZ001
    assert told == datetime(2026, 1, 1, 12, tzinfo=found)


@pytest.mark.parametrize(
    "text", ["CST-25", "CET-1CEST,M3.5.0,M10.5.0/3", "CST-8:75", "Asia", "/etc/hostname.none"]
)
def test_a_zone_that_is_not_understood_is_told(monkeypatch, text):
    monkeypatch.setenv("TZ", text)
    assert read_zone("local") is UTC
    assert misread_zone() == text


def test_a_host_whose_own_zone_has_no_name_is_told_of(monkeypatch, tmp_path):
    monkeypatch.delenv("TZ")
    copied = tmp_path / "localtime"
    copied.write_bytes(b"TZif2")
    monkeypatch.setattr(zone, "_HOST_ZONE", str(copied))
    monkeypatch.setattr(zone, "_HOST_ZONE_NAME", str(tmp_path / "timezone"))
    assert read_zone("local") is UTC
    assert misread_zone() == str(copied)


def test_a_host_without_a_zone_is_in_utc(monkeypatch, tmp_path):
    monkeypatch.delenv("TZ")
    monkeypatch.setattr(zone, "_HOST_ZONE", str(tmp_path / "localtime"))
    assert str(read_zone("local")) == "UTC"
    assert misread_zone() == ""


@pytest.mark.parametrize("variable", ["", None])
def test_a_zone_has_a_name_that_columns_of_times_understand(monkeypatch, variable):
    if variable is None:
        monkeypatch.delenv("TZ")
    else:
        monkeypatch.setenv("TZ", variable)
    name = str(read_zone("local"))
    assert pl.Series([datetime(2026, 1, 1)]).dt.replace_time_zone(name).dtype == pl.Datetime("us", name)  # noqa: DTZ001
