from pathlib import Path

import pytest

from jobcast.errors import ConfigError
from jobcast.systems.table.column_map import find_map, load

LEAST = '[columns]\njob_id = "id"\nstate = "s"\nfinish_time = "t"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "map.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "path", sorted(find_map("nextflow-trace").parent.glob("*.toml")), ids=lambda path: path.stem
)
def test_maps_that_come_along_are_right(path: Path) -> None:
    assert load(path).sources


def test_a_map_is_found_by_path_or_name(tmp_path: Path) -> None:
    path = write(tmp_path, LEAST)
    assert find_map(str(path)) == path
    assert find_map("nextflow-trace").name == "nextflow-trace.toml"


def test_a_single_text_that_means_nothing_needs_no_list(tmp_path: Path) -> None:
    assert load(write(tmp_path, 'null = "-"\n' + LEAST)).null == ("-",)


def test_a_map_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError) as caught:
        find_map("nextflow-tracer")
    assert caught.value.message == "there is no column map 'nextflow-tracer'"
    assert caught.value.hint == "Did you mean nextflow-trace?"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (LEAST + 'memry_peak = "m"\n', "[columns]: 'memry_peak' is not known", "Did you mean memory_peak?"),
        ("colums = 1\n" + LEAST, "'colums' is not known", "Did you mean columns?"),
        ('[columns]\njob_id = "id"\n', "lacks state, finish_time (or start_time", "name the column"),
        (LEAST + '[values.state]\nok = "don"\n', "[values.state]: 'don' is not known", "Did you mean done?"),
        (LEAST + '[values.stat]\nok = "done"\n', "[values]: 'stat' is not known", "Did you mean state?"),
        (LEAST + 'memory_peak = { from = "m", unit = "kb" }\n', "unit: 'kb' is not known", "KB"),
        (LEAST + 'run_time = { from = "m", unit = "minutes" }\n', "unit: 'minutes' is not known", "min"),
        (LEAST + 'user = { from = "m", unit = "s" }\n', "user: 'unit' is not known", "there are from"),
        (LEAST + 'user = { optional = true }\n', "user: give one of from, constant", "for example"),
        (LEAST.replace('"t"', '{ start = "soon" }'), "finish_time: not a time: 'soon'", "for example"),
        (LEAST.replace('"t"', '{ start = "2024-01-01", every = "3 w" }'), "not a distance", "for ex"),
        ("columns = 5\n", "columns must be a table of lines", "for example"),
        (LEAST + "[values]\nstate = 3\n", "state must be a table of lines", "for example"),
        ("[columns\n", "cannot read the column map", "it is a TOML file"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_cure(tmp_path: Path, text: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(tmp_path, text))
    assert message in caught.value.message
    assert hint in caught.value.hint
