"""The page as it is sent: who sees what of it, that nothing in it runs or loads, and the chart's values."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from jobcast.serve.batch.app import make_batch_app
from jobcast.serve.batch.desk import Desk
from tests.batch import making
from tests.serve.batch.desks import desk as made
from tests.serve.conftest import Ask, asker

HERE, FAR = ("127.0.0.1", 5), ("10.1.2.3", 5)
HOSTILE = """"><script>alert(1)</script><img src=x onerror='alert(2)'>"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a desk with a running step of a hostile user, and two that wait."""
    desk = made(tmp_path)
    making.submit(desk.loop.ledger, making.submitted("n.1.0", tasks=3, user=HOSTILE))
    making.submit(desk.loop.ledger, making.submitted("n.1.1", tasks=2), making.submitted("n.1.2", tasks=4))
    return desk


@pytest.fixture
def ask(desk: Desk) -> Ask:
    return asker(make_batch_app(desk))


def test_a_page_lets_no_script_run_but_its_files_and_loads_nothing_from_elsewhere(ask: Ask):
    reply = ask("GET", f"/?step=n.1.0&q={HOSTILE[:10]}", uid=None, client=HERE)
    text = reply.body.decode()
    policy = dict(part.split(" ", 1) for part in reply.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert reply.headers["x-content-type-options"] == "nosniff"
    scripts = re.findall(r"<script[^>]*>", text)
    assert scripts == [
        '<script type="application/json" id="words">',
        *(f'<script src="page/{name}.js">' for name in ("echarts.min", "run", "page")),
    ]
    assert re.findall(r"(?:https?:)?//[a-z]", text) == []
    assert "<img" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize("name", ["page.css", "page.js", "report.css", "run.js", "echarts.min.js"])
def test_what_the_page_loads_is_there(ask: Ask, name: str):
    reply = ask("GET", f"/page/{name}", uid=None, client=FAR)
    assert (reply.status, len(reply.body) > 1000) == (200, True)


def test_a_stranger_sees_no_more_than_a_place_for_a_token(ask: Ask):
    text = ask("GET", "/", uid=None, client=FAR).body.decode()
    assert 'name="token"' in text
    assert "n.1.0" not in text
    assert "normal" not in text
    for path in ("/page/live", "/page/plan"):
        assert ask("GET", path, uid=None, client=FAR).status == 401


def _orders(ask: Ask, **who: object) -> Mapping[str, list[str]]:
    """Return step to the orders that the page offers."""
    html = ask("GET", "/page/live", **who).json["steps"]
    rows = re.findall(r'<tr id="step-([^"]+)">(.*?)</tr>', html, re.DOTALL)
    return {name: re.findall(r">([A-Z][^<]*)</button>", row) for name, row in rows}


def test_orders_are_offered_to_those_who_may_give_them(ask: Ask):
    assert _orders(ask) == {
        "n.1.0": ["Suspend", "Cancel"],
        "n.1.1": ["Hold", "Cancel"],
        "n.1.2": ["Hold", "Cancel"],
    }
    assert _orders(ask, uid=None, client=HERE) == {"n.1.0": [], "n.1.1": [], "n.1.2": []}


def test_parts_that_have_not_changed_are_not_sent_again(ask: Ask):
    known = ask("GET", "/page/live").headers["etag"]
    assert ask("GET", "/page/live", headers={"If-None-Match": known}).status == 304
    assert ask("GET", "/page/live?q=x", headers={"If-None-Match": known}).status == 200
    assert ask("GET", "/page/live?lang=zh", headers={"If-None-Match": known}).status == 200
    assert ask("GET", "/page/live", headers={"If-None-Match": known}, uid=None, client=HERE).status == 200
    ask("POST", "/v1/batch/orders", {"kind": "Hold", "steps": ["n.1.2"]})
    assert ask("GET", "/page/live", headers={"If-None-Match": known}).status == 200


def test_the_chart_draws_what_runs_and_where_who_waits_is_promised_to_run(ask: Ask):
    spec = ask("GET", "/page/plan?hours=2").json
    assert spec["rows"] == [["n1", 0, 4]]
    assert spec["clock"]["origin"] + spec["now"] == making.AT
    assert [job[:5] for job in spec["jobs"]] == [["n.1.0", 7200, 7200, 7200, 3]]
    assert spec["blocks"] == [[0, 0, 3]]
    assert spec["promises"] == [["n.1.1", 7800, 8400, 7800, 0, 2, 0]]
    assert spec["groups"]["user"] == [HOSTILE]


@pytest.mark.parametrize("hours", ["0", "169", "-1", "x", "1e1"])
def test_a_chart_of_odd_hours_is_refused(ask: Ask, hours: str):
    assert ask("GET", f"/page/plan?hours={hours}").status == 400
