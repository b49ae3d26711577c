import pytest

from jobcast.systems.lsf.policy.layout import (
    Entry,
    Section,
    Setting,
    Stray,
    cells,
    read_sections,
    read_settings,
)


def setting(line: int, name: str, value: str = "", *, conditional: bool = False) -> Setting:
    return Setting(line=line, name=name, value=value, conditional=conditional)


def section(text: str) -> Section:
    [found, around] = read_sections("lsb.queues", text)
    assert around == Section(file="lsb.queues", line=1, kind="")
    return found


def test_settings_keep_their_lines_through_comments_and_continued_lines():
    assert section(
        'Begin Queue # first\n\n  A = 1 # one\n#B = 2\nC = x \\\n    y\\\n z\nD = "a # b" # c\nEnd Queue\n'
    ) == Section(
        file="lsb.queues",
        line=1,
        kind="Queue",
        entries=(
            Entry(
                settings=(setting(3, "A", "1"), setting(5, "C", "x y z"), setting(8, "D", "a # b")),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"a b"', "a b"),
        ("'a b'", "a b"),
        ('" a "', "a"),
        ('""', ""),
        ("""'a == "b"'""", 'a == "b"'),
        ('"a" "b"', '"a" "b"'),
        ('"a', '"a'),
        ('a "b"', 'a "b"'),
        ("\"a'", "\"a'"),
        ('"', '"'),
    ],
)
def test_quotes_around_the_whole_of_a_value_are_taken_off(written: str, value: str):
    found = section(f"Begin Queue\nA = {written}\nEnd Queue")
    assert found.entries == (Entry(settings=(setting(2, "A", value),)),)


def test_a_section_whose_first_line_has_no_equals_sign_is_a_table():
    found = section("begin Host\nHOST_NAME MXJ  mem\nh1  !  ()\nh2  (a b)\nEND Host")
    assert found.columns == (setting(2, "HOST_NAME"), setting(2, "MXJ"), setting(2, "mem"))
    assert found.entries == (
        Entry(
            settings=(setting(3, "HOST_NAME", "h1"), setting(3, "MXJ", "!"), setting(3, "mem")), is_row=True
        ),
        Entry(settings=(setting(4, "HOST_NAME", "h2"), setting(4, "MXJ", "a b")), is_row=True),
    )


@pytest.mark.parametrize(
    ("row", "values"),
    [
        ("a  b\tc", ["a", "b", "c"]),
        ("a (b c) d", ["a", "b c", "d"]),
        ("g ([u1, 5] [default, 1])", ["g", "[u1, 5] [default, 1]"]),
        ("lic 5@[h1 h2]", ["lic", "5@[h1 h2]"]),
        ('"a b" ()', ["a b", ""]),
        ("(a (b c)) d", ["a (b c)", "d"]),
        ("a) b (c d", ["a)", "b", "(c d"]),
        ("", []),
    ],
)
def test_blanks_within_brackets_divide_no_values(row, values):
    assert cells(row) == values


def test_what_holds_only_at_times_is_marked_and_what_holds_else_is_not():
    found = read_settings("lsf.conf", "A=1\n#if time(8-18)\nA=2\n#else\nA=3\n#endif\nA=4")
    assert found.entries[0].settings == (
        setting(1, "A", "1"),
        setting(3, "A", "2", conditional=True),
        setting(5, "A", "3"),
        setting(7, "A", "4"),
    )
    assert [(stray.line, stray.text, stray.fault) for stray in found.strays] == [
        (2, "#if time(8-18)", "condition"),
        (4, "#else", "condition"),
        (6, "#endif", "condition"),
    ]


def test_conditions_within_conditions_hold_only_where_none_is_a_matter_of_time():
    found = read_settings("lsf.conf", "#ifdef X\n#if time(1-2)\nA=1\n#else\nA=2\n#endif\n#else\nA=3\n#endif")
    assert [(each.value, each.conditional) for each in found.entries[0].settings] == [
        ("1", True),
        ("2", True),
        ("3", False),
    ]


def test_lines_that_stand_nowhere_are_told_with_their_fault():
    *found, around = read_sections("f", "x = 1\nEnd Queue\nBegin Queue\nwords\nBegin Host\nA = 1\n")
    assert [(each.line, each.kind, each.strays) for each in found] == [
        (3, "Queue", ()),
        (5, "Host", ()),
    ]
    assert around.strays == (
        Stray(line=1, text="x = 1", fault="outside"),
        Stray(line=2, text="End Queue", fault="unopened"),
        Stray(line=3, text="Begin Queue", fault="unclosed"),
        Stray(line=5, text="Begin Host", fault="unclosed"),
    )
    assert found[0].columns == (setting(4, "words"),)


def test_a_row_with_more_values_than_columns_is_left_out():
    found = section("Begin Host\nA B\n1 2 3\n4 5\nEnd Host")
    assert [entry.settings[0].value for entry in found.entries] == ["4"]
    assert found.strays == (Stray(line=3, text="1 2 3", fault="cells"),)
