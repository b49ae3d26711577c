"""Where the service listens, and what stands in its way."""

import socket

import pytest

from jobcast.errors import ConfigError, StoreError
from jobcast.serve.sockets import listen_tcp, listen_unix


def test_a_socket_is_made_with_its_folder(tmp_path):
    with listen_unix(tmp_path / "run" / "s.sock"), socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(tmp_path / "run" / "s.sock"))


def test_a_socket_at_which_nobody_answers_is_taken_over(tmp_path):
    listen_unix(tmp_path / "s.sock").close()
    with listen_unix(tmp_path / "s.sock"), socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(tmp_path / "s.sock"))


def test_a_socket_that_answers_is_left_alone(tmp_path):
    with listen_unix(tmp_path / "s.sock"):
        with pytest.raises(ConfigError, match="another service answers there"):
            listen_unix(tmp_path / "s.sock")
        assert (tmp_path / "s.sock").is_socket()


def test_another_kind_of_file_is_left_alone(tmp_path):
    (tmp_path / "s.sock").write_text("mine")
    with pytest.raises(ConfigError, match="is not a socket"):
        listen_unix(tmp_path / "s.sock")
    assert (tmp_path / "s.sock").read_text() == "mine"


def test_a_path_too_long_for_a_socket_is_refused_with_the_limit(tmp_path):
    with pytest.raises(ConfigError, match="107 bytes"):
        listen_unix(tmp_path / ("long" * 30))


def test_a_folder_that_cannot_be_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises((ConfigError, StoreError)):
        listen_unix(tmp_path / "file" / "s.sock")


def test_a_port_that_is_taken_is_refused_with_the_cure():
    with listen_tcp("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port}: Address already in use") as refused:
            listen_tcp("127.0.0.1", port)
    assert refused.value.hint == "choose another port with --port"


@pytest.mark.parametrize("host", ["198.51.100.7", "no such host", "\ud800"])
def test_an_address_that_is_not_of_this_host_is_refused(host):
    with pytest.raises(ConfigError, match="can't listen"):
        listen_tcp(host, 0)
