"""Amounts as batch systems write them: `jobcast.units` and `jobcast.systems.columns` must agree on them."""

from jobcast.units import GIB, KIB, MIB, TIB

AMOUNTS = {
    "2048": 2048 * GIB,
    "12.5GB": round(12.5 * GIB),
    "400M": 400 * MIB,
    "400 Mbytes": 400 * MIB,
    "1 Gbyte": GIB,
    "1.5 GiB": round(1.5 * GIB),
    "12KiB": 12 * KIB,
    "55336K": 55336 * KIB,
    "3t": 3 * TIB,
    ".5K": 512,
    "5.": 5 * GIB,
    " 7 ": 7 * GIB,
    "0": 0,
    "1e3": 1000 * GIB,
    "1.5E+2 k": 150 * KIB,
    "512B": 512,
    "512 b": 512,
    "5 bytes": 5,
    "1 byte": 1,
}
"""Texts and what they are in bytes where a bare number is one of GiB."""

NO_AMOUNTS = [
    "",
    ".",
    "K",
    "B",
    "x",
    "-1",
    "1 2",
    "nan",
    "inf",
    "5Q",
    "5iB",
    "5BB",
    "5KK",
    "12 parsecs",
    "1.2.3",
    "e3",
    "1e999",
    "1e308P",
    "1e30",
    "9999999P",
]
"""Texts that are no amount of memory."""

SPANS = {
    "5": 5.0,
    " 5 ": 5.0,
    "7.5": 7.5,
    "01:02": 62.0,
    "00:00.250": 0.25,
    "00:05:00": 300.0,
    "1:02:03": 3723.0,
    "100:00:00": 360_000.0,
    "1-00": 86_400.0,
    "1-02": 93_600.0,
    "1-02:03": 93_780.0,
    "1-02:03:04": 93_784.0,
    "2-00:00:00.5": 172_800.5,
}
"""Texts and what they are in seconds."""

NO_SPANS = ["", "UNLIMITED", "1:", ":1", "-3", "1-", "1:2:3:4", "1-2:3:4:5", "1-2.5", "1e3", "5 s"]
"""Texts that are no duration."""
