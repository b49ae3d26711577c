import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobcast.systems.hooks.lsf.parameters import read_parameters


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        (b"", {}),
        (b"\n\n", {}),
        (b"A=1", {"A": "1"}),
        (b"A=1\r\nB=SUB_RESET\n", {"A": "1", "B": "SUB_RESET"}),
        (b'A=""\nB="x"', {"A": "", "B": "x"}),
        (b'A="1"\nA="2"\n', {"A": "2"}),
        (b'A="a\nb"\nB=1\n', {"A": "a\nb", "B": "1"}),
        (b'A="a \\"b\\" \\$c \\`d\\` \\\\e \\f"\n', {"A": 'a "b" $c `d` \\e \\f'}),
        (b'A="say "hi""\nB=1\n', {"A": 'say "hi"', "B": "1"}),
        (b'A="forged \\"\nB=1\n"\n', {"A": 'forged "\nB=1\n'}),
        (b"# a comment\nA=1\nexport X\n", {"A": "1"}),
        ('A="内存"\n'.encode("gb18030"), {"A": "内存"}),
        (b'A="open\nB=1\n', None),
        (b"\x01\x02", None),
        (b'A="\x00"\n', None),
    ],
)
def test_a_file_holds(body: bytes, parameters: dict[str, str] | None):
    assert read_parameters(body) == parameters


@given(
    st.dictionaries(
        st.from_regex(r"LSB_SUB_[A-Z0-9]{1,8}", fullmatch=True),
        st.text().map(lambda text: text.replace("\0", "").encode()),
    )
)
def test_what_is_quoted_as_for_a_shell_comes_back(values: dict[str, bytes]):
    def quoted(value: bytes) -> bytes:
        for sign in (b"\\", b'"', b"$", b"`"):
            value = value.replace(sign, b"\\" + sign)
        return b'"' + value + b'"'

    body = b"".join(name.encode() + b"=" + quoted(value) + b"\n" for name, value in values.items())
    assert read_parameters(body) == {name: value.decode() for name, value in values.items()}


@given(st.binary(max_size=200) | st.text(alphabet='AB="\\\n $', max_size=60).map(str.encode))
def test_no_bytes_make_it_fail(body: bytes):
    parameters = read_parameters(body)
    assert parameters is None or all(shlex.quote(name) == name for name in parameters)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (b"x" * 1_000_000, "x" * 1_000_000),
        (b"\\\n" * 500_000, "\\\n" * 500_000),
        (b'"x' * 500_000, '"x' * 500_000),
        (b'\\"' * 500_000, '"' * 500_000),
        (b"\\" * 1_000_000, "\\" * 500_000),
        (b"\\" * 1_000_001, None),
        (b'A="\n' * 250_000, None),
        (b'\\"\nA=' * 200_000, None),
    ],
    ids=["long", "continued", "quotes", "escaped", "pairs", "open", "many", "torn"],
)
def test_a_megabyte_is_read_or_refused(value: bytes, read: str | None):
    assert read_parameters(b'A="' + value + b'"\n') == (None if read is None else {"A": read})


@pytest.mark.parametrize("line", [b"\n", b"#\n", b"A=1\n", b'A="1"\n'])
def test_a_file_of_more_lines_than_anybody_writes_is_not_read(line: bytes):
    assert read_parameters(b"A=1\n" + line * 9_999) == {"A": "1"}
    assert read_parameters(b"A=1\n" + line * 10_000) is None


def test_escaped_quotes_count_for_the_whole_file():
    block = b'A="' + b'\\"\nA=' * 9_000 + b'"\n'
    assert read_parameters(block) == {"A": '"\nA=' * 9_000}
    assert read_parameters(block * 3) is None


def test_a_quote_in_a_bare_value_closes_none():
    assert read_parameters(b'A=x"\nB="y"\nC="z\\"\nD="\n') == {"A": 'x"', "B": "y", "C": 'z"\nD='}
