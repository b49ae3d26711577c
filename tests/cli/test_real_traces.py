"""Public traces go in whole, every record is accounted for, and the second time nothing is added."""

import json

import pytest


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
