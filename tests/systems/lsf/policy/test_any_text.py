"""Whatever stands in the files, reading ends, and tells of every keyword once."""

import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from jobcast.schedule.checks import check
from jobcast.systems.lsf.policy.keywords import KNOWN
from jobcast.systems.lsf.policy.reader import read

FILES = sorted({file for file, _ in KNOWN})
NAMES = sorted({known.name for table in KNOWN.values() for known in table.values()})
SECTIONS = sorted({section for _, section in KNOWN if section} | {"Pool"})

WORDS = r"""
q low high all default 4 0 -1 1:30 0:0 5:18:00-1:8 20-8 Y n ! - () [ ] MAX_RESERVE_TIME[5] PREEMPTIVE[low+1 q]
PREEMPTABLE USER_SHARES[[q, 3] [default, 1]] rusage[mem=4G] select[mem> (4 4@[all] h[1-3] ~h1 # \ 10% 2GB
"""
words = st.sampled_from(WORDS.split())
values = st.lists(words, max_size=4).map(" ".join) | st.text(max_size=20).map(
    lambda text: text.replace("\n", " ")
)
lines = st.one_of(
    st.builds("{} = {}".format, st.sampled_from(NAMES), values),
    st.sampled_from(SECTIONS).map("Begin {}".format),
    st.sampled_from(SECTIONS).map("End {}".format),
    st.sampled_from(
        ["Begin Queue", "QUEUE_NAME = q", "QUEUE_NAME = low", "End Queue", "#if x", "#else", "#endif"]
    ),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map(" ".join),
    st.lists(words, min_size=1, max_size=5).map(" ".join),
    st.text(max_size=30),
)
texts = st.lists(lines, max_size=30).map("\n".join)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(FILES), texts, max_size=4))
def test_reading_never_fails_and_its_policy_never_contradicts_itself(files):
    found = read(files)
    check(found.policy)
    order = list(files)
    places = [(order.index(line.file), line.line) for line in found.keywords]
    assert places == sorted(places)


setting = st.tuples(
    st.sampled_from([*NAMES, "COLOUR"]), st.from_regex(r"[a-z0-9:\[\]+=,.(~]{0,8}", fullmatch=True)
)


@settings(max_examples=100)
@given(st.sampled_from(sorted(place for place in KNOWN if place[1])), st.lists(setting, max_size=12))
def test_each_line_with_a_keyword_comes_back_once(place, given_settings):
    file, section = place
    text = "\n".join(
        [f"Begin {section}", *(f"{name} = {value}" for name, value in given_settings), f"End {section}"]
    )
    found = Counter(line.line for line in read({file: text}).keywords)
    assert found == Counter(range(2, 2 + len(given_settings)))


@settings(max_examples=50)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_at_all_is_read(text):
    for file in FILES:
        read({file: text})


def test_what_was_made_of_a_keyword_is_told_in_the_reader_s_words_only_where_it_is_not_plain():
    found = read({"lsb.queues": "Begin Queue\nQUEUE_NAME = q\nNICE = 5\nEnd Queue"})
    assert [bool(line.reason) for line in found.keywords] == [False, True]
    assert not any(re.search(r"[{}]", line.reason) for line in found.keywords)
