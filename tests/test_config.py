"""Settings: by file, environment and flag, the later winning; what is wrong is told with its cure."""

from datetime import timedelta
from pathlib import Path

import pytest

from jobcast import config
from jobcast.errors import ConfigError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_the_defaults_need_no_file():
    settings = config.load()
    assert settings[config.STORE] == Path.home() / ".local/share/jobcast"
    assert settings[config.CLUSTER] == "default"
    assert settings[config.MEMORY_UNIT] == "M"
    assert settings[config.MEMORY_PER_TASK] is False
    assert settings[config.RISK] == 0.05
    assert settings[config.SAMPLE_MIN_INTERVAL] == timedelta(seconds=60)
    assert settings[config.SAMPLE_OVERLAP] == timedelta(hours=1)
    assert settings.files == ()
    assert set(settings.origins.values()) == {"default"}


def test_nearer_places_win(monkeypatch):
    written(
        Path.home() / ".config/jobcast/jobcast.toml", 'cluster = "home"\nrisk = 0.1\n[sample]\noverlap = 5\n'
    )
    written(Path("jobcast.toml"), 'cluster = "here"\nmemory_unit = "G"\nmemory_per_task = true\n')
    monkeypatch.setenv("JOBCAST_MEMORY_UNIT", "k")
    monkeypatch.setenv("JOBCAST_SAMPLE_MIN_INTERVAL", "7.5")
    settings = config.load({"risk": "0.2", "store": None})
    assert settings[config.SAMPLE_OVERLAP] == timedelta(seconds=5)
    assert settings[config.CLUSTER] == "here"
    assert settings[config.MEMORY_UNIT] == "K"
    assert settings[config.MEMORY_PER_TASK] is True
    assert settings[config.SAMPLE_MIN_INTERVAL] == timedelta(seconds=7.5)
    assert settings[config.RISK] == 0.2
    assert settings.origins["cluster"] == "jobcast.toml"
    assert settings.origins["memory_unit"] == "JOBCAST_MEMORY_UNIT"
    assert settings.origins["risk"] == "--risk"


@pytest.mark.parametrize("text", ['"chen, fang,"', '["chen", "fang"]', '" chen ,fang"'])
def test_several_names_are_written_with_commas_or_as_a_list(text):
    written(Path("jobcast.toml"), f"administrators = {text}")
    assert config.load()[config.ADMINISTRATORS] == ("chen", "fang")


def test_nobody_is_named_by_default():
    assert config.load()[config.ADMINISTRATORS] == ()


def test_a_named_file_stands_alone(monkeypatch, tmp_path):
    written(Path("jobcast.toml"), 'cluster = "here"')
    monkeypatch.setenv("JOBCAST_CONFIG", str(written(tmp_path / "named.toml", "risk = 0.5")))
    settings = config.load()
    assert (settings[config.CLUSTER], settings[config.RISK]) == ("default", 0.5)


def test_a_named_file_that_is_missing_is_told(monkeypatch):
    monkeypatch.setenv("JOBCAST_CONFIG", "none.toml")
    with pytest.raises(ConfigError, match=r"cannot read the settings in none\.toml"):
        config.load()


def test_a_file_that_is_no_toml_is_told():
    written(Path("jobcast.toml"), "risk: 0.1")
    with pytest.raises(ConfigError, match="cannot read the settings") as caught:
        config.load()
    assert caught.value.hint == "correct the file (TOML), or remove it"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("rsik = 0.1", "Did you mean risk?"),
        ("[sample]\nmin_intervall = 3", "Did you mean sample.min_interval?"),
        ("xyzzy = 1", "there are lang, store, cluster"),
    ],
)
def test_an_unknown_setting_is_answered_with_the_likeliest(text, hint):
    written(Path("jobcast.toml"), text)
    with pytest.raises(ConfigError, match="unknown setting") as caught:
        config.load()
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("risk", "0.6", "write a number above 0, at most 0.5"),
        ("risk", "nan", "write a number above 0, at most 0.5"),
        ("risk", "little", "write a number above 0, at most 0.5"),
        ("store", "~nobody-of-that-name/x", "there is no such user, so no home directory"),
        ("memory_unit", "MiB", "choose one of K, M, G, T, P"),
        ("memory_per_task", "perhaps", "choose one of true, false"),
        ("lang", "de", "choose one of en, zh"),
        ("timezone", "Mars", "no such time zone"),
        ("timezone", "../../etc/passwd", "no such time zone"),
        ("sample.overlap", "-1", "write a number of seconds, 0 or more"),
        ("sample.overlap", "nan", "write a number of seconds, 0 or more"),
        ("sample.overlap", "1e300", "write a number of seconds, 0 or more"),
    ],
)
def test_a_value_that_makes_no_sense_is_told_with_its_origin(monkeypatch, name, text, why):
    monkeypatch.setenv(config.SETTINGS[name].variable, text)
    with pytest.raises(ConfigError) as caught:
        config.load()
    assert caught.value.message.startswith(f"setting {name} can't be {text!r} (from JOBCAST_")
    assert why in caught.value.message
    assert caught.value.hint.startswith(f"set {name} rightly: ")


@pytest.mark.parametrize("name", config.SETTINGS)
def test_an_empty_variable_counts_as_unset(monkeypatch, name):
    monkeypatch.setenv(config.SETTINGS[name].variable, "")
    assert config.load() == _without(monkeypatch, name)


def _without(monkeypatch: pytest.MonkeyPatch, name: str) -> config.Config:
    monkeypatch.delenv(config.SETTINGS[name].variable)
    return config.load()


@pytest.mark.parametrize("name", ["store", "cluster"])
@pytest.mark.parametrize("text", ["", " "])
def test_an_empty_name_is_refused_from_flag_and_file(name, text):
    with pytest.raises(
        ConfigError, match=rf"setting {name} can't be '{text}' \(from --{name}\): it is empty"
    ):
        config.load({name: text})
    written(Path("jobcast.toml"), f'{name} = "{text}"')
    with pytest.raises(ConfigError, match=r"\(from jobcast\.toml\): it is empty"):
        config.load()


def test_every_setting_is_declared_once_and_its_default_makes_sense():
    for name, setting in config.SETTINGS.items():
        assert setting.name == name
        setting.read(setting.default)
