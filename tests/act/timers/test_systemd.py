"""Units for systemd."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.act.timers import systemd
from jobcast.act.timers.base import Work
from jobcast.errors import ConfigError

WORK = Work(
    program=("/opt/jobcast/bin/jobcast",),
    store=Path("/var/lib/jobcast"),
    user="jobcast",
    environment={"PATH": "/usr/bin:/lsf/bin", "LSF_ENVDIR": "/lsf/conf"},
)
SERVE = """\
# Written by jobcast timers install. Make changes with: systemctl edit jobcast-serve.service
[Unit]
Description=jobcast: forecasts at submission
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=/opt/jobcast/bin/jobcast --store /var/lib/jobcast serve
Restart=always
RestartSec=2
RuntimeDirectory=jobcast
RuntimeDirectoryMode=0755
TimeoutStopSec=30
User=jobcast
Environment="PATH=/usr/bin:/lsf/bin"
Environment="LSF_ENVDIR=/lsf/conf"
# Nothing but the store may be written.
ReadWritePaths="/var/lib/jobcast"
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=true
NoNewPrivileges=true
PrivateDevices=true
ProtectClock=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectControlGroups=true
CapabilityBoundingSet=
RestrictSUIDSGID=true
RestrictRealtime=true
RestrictNamespaces=true
LockPersonality=true
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

[Install]
WantedBy=multi-user.target
"""


def test_the_service_runs_as_the_owner_of_the_store_and_may_write_nothing_else():
    assert systemd.units(WORK)["jobcast-serve.service"] == SERVE


def test_each_unit_is_there_and_says_whose_it_is():
    units = systemd.units(WORK)
    assert tuple(units) == systemd.NAMES
    for name, text in units.items():
        assert text.startswith(systemd.MARK)
        assert text.splitlines()[0].endswith(name)
        assert "@" not in text
        assert "\n\n\n" not in text


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("sample", "sample"),
        ("refresh", "models refresh"),
        ("train", "train"),
        ("report", "report --since 7d --all-users -o /var/lib/jobcast/reports/week.html"),
    ],
)
def test_each_timer_starts_its_command(name, command):
    units = systemd.units(WORK)
    assert (
        f"\nExecStart=/opt/jobcast/bin/jobcast --store /var/lib/jobcast {command}\n"
        in (units[f"jobcast-{name}.service"])
    )
    assert len(re.findall(r"^OnCalendar=", units[f"jobcast-{name}.timer"], re.MULTILINE)) == 1


def test_without_variables_none_are_set():
    bare = Work(program=WORK.program, store=WORK.store, user=WORK.user)
    assert not [text for text in systemd.units(bare).values() if "Environment" in text]


def understood(line: str) -> list[str]:
    """Return the words that systemd makes of the right side of a setting (systemd.syntax, systemd.service)."""
    words = [found[0] or found[1] for found in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line)]
    return [re.sub(r"\\(.)", r"\1", word).replace("%%", "%") for word in words]


NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Zl", "Zp", "Zs", "Co", "Cn")) | st.just(" ")
)


@given(NAMES.map(lambda name: f"/srv/{name}x"), NAMES)
def test_hostile_names_stay_one_word(store, value):
    work = Work(program=WORK.program, store=Path(store), user="jobcast", environment={"PATH": value})
    lines = systemd.units(work)["jobcast-serve.service"].splitlines()
    settings = dict(line.partition("=")[::2] for line in lines if "=" in line and not line.startswith("#"))
    started = [word.replace("$$", "$") for word in understood(settings["ExecStart"])]
    assert started == ["/opt/jobcast/bin/jobcast", "--store", str(Path(store)), "serve"]
    assert understood(settings["ReadWritePaths"]) == [str(Path(store))]
    assert understood(settings.get("Environment", '"PATH="')) == [f"PATH={value}"]


@pytest.mark.parametrize("name", ["/srv/a\nUser=root", "/srv/a\x1b", "/srv/\u2028"])
def test_names_that_break_lines_are_refused(name):
    with pytest.raises(ConfigError):
        Work(program=WORK.program, store=Path(name), user="jobcast")
