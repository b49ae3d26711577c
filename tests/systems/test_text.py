import gzip
import lzma
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.errors import InputError
from jobcast.systems.encoding import decode
from jobcast.systems.text import Lines, read_lines
from tests.systems.packed import cut_behind


@pytest.mark.parametrize(
    ("record", "text"),
    [(b"sim", "sim"), ("仿真".encode(), "仿真"), ("仿真".encode("gb18030"), "仿真"), (b"\xff", "ÿ")],
)
def test_each_record_is_decoded_as_it_can_be(record: bytes, text: str) -> None:
    assert decode(record) == text


def test_lines_come_in_batches_with_their_numbers() -> None:
    assert list(read_lines(BytesIO(b"a\r\nb\n\nc"), "x", most=2)) == [
        Lines(first=1, texts=["a", "b"]),
        Lines(first=3, texts=["", "c"], cut=True),
    ]


def test_one_line_in_another_encoding_does_not_spoil_the_others() -> None:
    content = "仿真\n".encode() + "仿真\r\n".encode("gb18030")
    assert list(read_lines(BytesIO(content), "x")) == [Lines(first=1, texts=["仿真", "仿真"])]


def test_the_readable_part_of_a_damaged_packed_file_is_read() -> None:
    packed = gzip.compress(b"".join(b"%d\n" % (at * 7919) for at in range(50_000)))
    batches = list(read_lines(gzip.open(BytesIO(packed[:-1000])), "x"))  # noqa: SIM115
    assert batches[0].texts[:2] == ["0", "7919"]
    assert batches[-1].torn is not None


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress], ids=["gzip", "xz"])
def test_the_beginning_of_a_small_packed_file_that_is_cut_off_is_read(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(b"".join(b"%d\n" % (at * 7919 % 10007) for at in range(2000)))
    opened = gzip.open if pack is gzip.compress else lzma.open
    lines, end = read_lines(opened(BytesIO(packed[: len(packed) // 2])), "x")
    assert lines.texts[:2] == ["0", "7919"]
    assert len(lines.texts) > 500
    assert (end.first, end.texts) == (len(lines.texts) + 1, [])
    assert end.torn is not None


def test_what_stands_before_a_wrong_byte_in_a_packed_file_is_read() -> None:
    packed = bytearray(gzip.compress(b"".join(b"%d\n" % (at * 7919) for at in range(50_000))))
    packed[len(packed) // 2 :] = b"\xff" * 100
    batches = list(read_lines(gzip.open(BytesIO(bytes(packed))), "x"))  # noqa: SIM115
    assert sum(len(lines.texts) for lines in batches) > 20_000
    assert batches[-1].torn is not None


def packed(content: bytes) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=BytesIO(cut_behind(content)))


@pytest.mark.parametrize("most", [1, 2, 9])
def test_a_packed_file_that_is_cut_behind_a_line_end_has_a_torn_line(most: int) -> None:
    *lines, end = read_lines(packed(b"a\nb\n"), "x", most)
    assert [text for batch in lines for text in batch.texts] == ["a", "b"]
    assert not any(batch.cut for batch in lines)
    assert end == Lines(first=3, texts=[], torn="")


def test_what_is_left_of_a_line_is_torn_but_for_the_first() -> None:
    assert list(read_lines(packed(b"a\nb"), "x")) == [
        Lines(first=1, texts=["a"]),
        Lines(first=2, texts=[], torn="b"),
    ]
    assert list(read_lines(packed(b"a"), "x")) == [
        Lines(first=1, texts=["a"], cut=True),
        Lines(first=2, texts=[], torn=""),
    ]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert list(read_lines(BytesIO(b"\xef\xbb\xbfa\nb\n"), "x")) == [Lines(first=1, texts=["a", "b"])]


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_is_refused_with_its_cure(mark: bytes) -> None:
    encoding = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    with pytest.raises(InputError, match=r"jobs\.txt is written in UTF-16") as caught:
        list(read_lines(BytesIO(mark + "JobID|State\n".encode(encoding)), "jobs.txt"))
    assert caught.value.hint == "iconv -f UTF-16 -t UTF-8"


def test_lines_that_end_in_a_carriage_return_alone_are_lines() -> None:
    assert list(read_lines(BytesIO(b"a\rb\rc"), "x", most=2)) == [
        Lines(first=1, texts=["a", "b"]),
        Lines(first=3, texts=["c"], cut=True),
    ]


def test_a_packed_file_of_which_nothing_can_be_read_is_refused() -> None:
    with pytest.raises(InputError, match="cannot read x"):
        list(read_lines(gzip.open(BytesIO(b"\x1f\x8b" + b"x" * 50)), "x"))  # noqa: SIM115


def test_the_stream_stays_open_for_its_owner() -> None:
    stream = BytesIO(b"a\n")
    list(read_lines(stream, "x"))
    assert not stream.closed


@given(st.binary().filter(lambda content: content[:2] not in (b"\xff\xfe", b"\xfe\xff")))
def test_no_byte_is_lost(content: bytes) -> None:
    count = sum(len(lines.texts) for lines in read_lines(BytesIO(content), "x", most=3))
    content = content if b"\n" in content else content.replace(b"\r", b"\n")
    assert count == content.count(b"\n") + (bool(content) and not content.endswith(b"\n"))
