"""What is installed for Slurm, and what is left to a site that has scripts of its own."""

from pathlib import Path

import pytest

from jobcast.act.hooks.base import Address
from jobcast.act.hooks.placing import MARK, to_uninstall
from jobcast.act.hooks.slurm import SlurmStub
from jobcast.errors import ConfigError

HERE = Address(socket=Path("/run/jobcast/jobcast.sock"))


def files(folder: Path, address: Address = HERE) -> dict[str, str]:
    return {file.path.name: file.content for file in SlurmStub().plan(address, folder).files}


def test_three_files_stand_beside_slurm_conf_and_are_known_as_ours(tmp_path):
    found = files(tmp_path)
    assert list(found) == ["jobcast.lua", "job_submit.lua", "cli_filter.lua"]
    assert all(MARK in content for content in found.values())
    assert f'dofile, "{tmp_path}/jobcast.lua")' in found["job_submit.lua"]
    assert '\nlocal SOCKET, HOST, PORT = "/run/jobcast/jobcast.sock", "", 80\n' in found["jobcast.lua"]
    assert "\nlocal DEADLINE_S = 0.200\n" in found["jobcast.lua"]


@pytest.mark.parametrize(
    ("environment", "folder"),
    [({}, "/etc/slurm"), ({"SLURM_CONF": "/opt/slurm/etc/slurm.conf"}, "/opt/slurm/etc")],
)
def test_the_usual_place_is_that_of_slurm_conf(environment, folder):
    assert SlurmStub().usual_folder(environment) == Path(folder)


def test_a_script_of_the_sites_own_is_left_alone_and_the_lines_to_add_are_told(tmp_path):
    own = tmp_path / "job_submit.lua"
    own.write_text("function slurm_job_submit() end")
    plan = SlurmStub().plan(HERE, tmp_path)
    assert [file.path.name for file in plan.files] == ["jobcast.lua", "cli_filter.lua"]
    told = "\n".join(one.say() for one in plan.by_hand)
    assert f'local found, jobcast = pcall(dofile, "{tmp_path}/jobcast.lua")' in told
    assert f"take the lines about jobcast out of {own}" in "\n".join(one.say() for one in plan.undo)


@pytest.mark.parametrize(
    ("conf", "taken"),
    [
        ("JobSubmitPlugins=lua\n", ["jobcast.lua"]),
        ("  jobsubmitplugins = all_partitions,lua # ours\n", ["jobcast.lua"]),
        (
            "#JobSubmitPlugins=lua\nCliFilterPlugins=none\n",
            ["jobcast.lua", "job_submit.lua", "cli_filter.lua"],
        ),
    ],
)
def test_scripts_stay_as_long_as_slurm_conf_names_them_and_then_do_nothing(tmp_path, conf, taken):
    (tmp_path / "slurm.conf").write_text(conf)
    plan = SlurmStub().plan(HERE, tmp_path)
    for file in plan.files:
        file.path.write_text(file.content)
    assert [file.path.name for file in to_uninstall(plan)] == taken


def test_another_host_is_named_by_its_address(tmp_path):
    token = Path("/etc/jobcast/token")
    text = files(tmp_path, Address(url="http://10.1.2.3:8470", token_file=token))["jobcast.lua"]
    assert '\nlocal SOCKET, HOST, PORT = "", "10.1.2.3", 8470\n' in text
    assert '\nlocal TOKEN_FILE = "/etc/jobcast/token"\n' in text


@pytest.mark.parametrize(
    "url",
    ["http://head:8470", "https://10.1.2.3", "http://10.1.2.3:port", "http://10.1.2.3/path", "http://[::1]:8470", "x"],
)  # fmt: skip
def test_what_lua_cannot_reach_within_a_deadline_is_refused(tmp_path, url):
    with pytest.raises(ConfigError, match="can't ask at"):
        files(tmp_path, Address(url=url))


def test_no_path_ends_the_string_that_it_stands_in(tmp_path):
    odd = tmp_path / 'a"..os.exit()\\\n--ü'
    odd.mkdir()
    text = files(odd, Address(socket=odd / "s"))["jobcast.lua"]
    (line,) = [line for line in text.splitlines() if line.startswith("local SOCKET")]
    assert line.endswith('a\\034..os.exit()\\092\\010--\\195\\188/s", "", 80')
