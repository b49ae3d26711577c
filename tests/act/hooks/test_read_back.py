"""What an installed hook says of where it asks is what it was installed with."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.act.hooks.base import Address
from jobcast.act.hooks.registry import STUBS, stub

FOLDER = Path("/nowhere")
paths = st.text(st.characters(exclude_characters="\0/\n\r", exclude_categories=["Cs"]), min_size=1).map(
    lambda name: Path("/run") / name
)
addresses = st.builds(
    Address,
    socket=paths,
    token_file=st.none() | paths,
    deadline_s=st.integers(10, 10_000).map(lambda number: number / 1000),
)


def _content(name: str, address: Address) -> str:
    one = stub(name)
    (content,) = (file.content for file in one.plan(address, FOLDER).files if file.path == one.file(FOLDER))
    return content


@pytest.mark.parametrize("name", ["lsf", "loadleveler", "slurm"])
@given(address=addresses)
def test_a_socket_and_a_token_are_read_back(name, address):
    assert stub(name).read(_content(name, address)) == address


@pytest.mark.parametrize("name", ["lsf", "loadleveler", "slurm"])
def test_a_url_is_read_back(name):
    address = Address(url="http://10.1.2.3:8470", deadline_s=1.5)
    assert stub(name).read(_content(name, address)) == address


def test_the_webhook_tells_the_certificate_itself(tmp_path):
    certificate = tmp_path / "ca.pem"
    certificate.write_bytes(b"-----BEGIN CERTIFICATE-----")
    text = _content("kubernetes", Address(url="https://h:8470", certificate=certificate, deadline_s=2))
    address = Address(url="https://h:8470", authority=certificate.read_bytes(), deadline_s=2)
    assert stub("kubernetes").read(text) == address
    assert _content("kubernetes", address) == text


@pytest.mark.parametrize("name", STUBS)
@pytest.mark.parametrize("text", ["", "socket=\nurl='", "webhooks: [{}]", "webhooks: 5", "{", "[]"])
def test_a_text_that_tells_nothing_is_a_value_error(name, text):
    with pytest.raises(ValueError):  # noqa: PT011 - of several parsers
        stub(name).read(text)
