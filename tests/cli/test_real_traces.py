"""Public traces go in whole, every record is accounted for, and the second time nothing is added."""

import json

import pytest


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("kind", "name", "jobs"),
    [
        ("swf", "swf/UniLu-Gaia-2014-2.swf.gz", 51_860),
        ("sacct", "failures/xdmod-slurm-pozidriv.psv.gz", 11_704),
    ],
)
def test_a_public_trace_is_reported_on_in_every_form_without_a_word_of_warning(
    jobcast, shared, tmp_path, *, kind, name, jobs
):
    jobcast("import", kind, str(shared / "data" / name))
    period = ("-st", "2014-01-01", "-et", "2017-12-31")
    on_screen = jobcast("report", *period)
    assert on_screen.stdout.splitlines()[3].split() == [f"{jobs:,}", "jobs"]
    assert on_screen.stderr == "next: jobcast report -o report.html, a page with charts for the browser\n"
    for form in ("html", "json", "md"):
        written = jobcast("report", *period, "-o", f"report.{form}")
        assert written.exit_code == 0
        assert all(line.startswith("wrote ") for line in written.stderr.splitlines()), written.stderr
    assert json.loads((tmp_path / "report.json").read_text())["jobs"] == jobs
    assert (tmp_path / "report.html").stat().st_size < 3_000_000


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["KTH-SP2-1996-2", "UniLu-Gaia-2014-2", "MetaCentrum-wagap-2013"])
def test_a_public_trace_is_imported_once(jobcast, store, shared, name):
    file = shared / "data/swf" / f"{name}.swf.gz"
    first = json.loads(jobcast("import", "swf", str(file), "--json").stdout)
    assert first["read"] == first["new"] + first["known"] + sum(first["set_aside"].values())
    assert first["new"] > 10_000
    again = json.loads(jobcast("import", "swf", str(file), "--json").stdout)
    assert (again["read"], again["new"]) == (first["read"], 0)
    assert again["set_aside"] == first["set_aside"]
    assert store.summary().jobs == first["new"]
