"""``jobcast predict``: what memory the next job needs, and how long it will run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import click

from jobcast import clock, config
from jobcast.act.failing import failing, percent
from jobcast.cli import frame
from jobcast.cli.endings import EXPECTED
from jobcast.cli.lines import BadSubmission, read_submissions
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.session import Session
from jobcast.cli.submission import from_yaml
from jobcast.errors import JobcastError
from jobcast.fields import read_fields, submission
from jobcast.forecast import (
    Basis,
    Contribution,
    FailureForecast,
    Forecast,
    MemoryForecast,
    NoForecast,
    RunTimeForecast,
)
from jobcast.job import Submission
from jobcast.language import say
from jobcast.predict.base import Model
from jobcast.predict.models import load
from jobcast.predict.shelf import Shelf
from jobcast.printable import printable
from jobcast.units import format_duration, format_memory, to_mib

Answer = Forecast | BadSubmission

_USUAL_YAML = Path("job.yaml")
"""Read where nothing is given, as memPrediction's predict does."""


@frame.command(help=say("predict.help"), examples=say("predict.examples"))
@click.option("--user", metavar="NAME", help=say("predict.user"))
@click.option("--job_name", "--job-name", metavar="NAME", help=say("predict.job_name"))
@click.option("--command", metavar="TEXT", help=say("predict.command"))
@click.option("--cwd", metavar="DIR", help=say("predict.cwd"))
@click.option("--project", metavar="NAME", help=say("predict.project"))
@click.option("--queue", metavar="NAME", help=say("predict.queue"))
@click.option("--description", metavar="TEXT", help=say("predict.description"))
@click.option("--started_time", "--started-time", metavar="TIME", help=say("predict.started_time"))
@click.option("--rusage_mem", "--rusage-mem", metavar="MB", help=say("predict.rusage_mem"))
@click.option("--cores", metavar="N", help=say("predict.cores"))
@click.option("--run_limit", "--run-limit", metavar="TIME", help=say("predict.run_limit"))
@click.option("--gpus", metavar="N", help=say("predict.gpus"))
@click.option("--extra", metavar="TEXT", help=say("predict.extra"))
@click.option(
    "--job_yaml", "--job-yaml", type=click.Path(path_type=Path), metavar="FILE", help=say("predict.job_yaml")
)
@click.option("--jobs", "many", type=click.Path(path_type=Path), metavar="FILE", help=say("predict.jobs"))
@click.option("-c", "--config", "--model", "model_name", metavar="MODEL", help=say("predict.model"))
@click.option("-d", "--debug", "--explain", "explain", is_flag=True, help=say("predict.explain"))
@frame.json_option
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    job_yaml: Path | None,
    many: Path | None,
    model_name: str | None,
    explain: bool,
    as_json: bool,
    **fields: str | None,
) -> int:
    """Forecast one job or many."""
    if many and job_yaml:
        raise click.UsageError(say("predict.one_source"))
    if many and explain and not as_json:
        raise click.UsageError(say("predict.explain_many"))
    settings, now, zone = session.settings, clock.now(), session.settings[config.TIMEZONE]
    given = {name: value for name, value in fields.items() if value}
    _see_flags(given, now, zone)
    folder = _folder(Shelf(settings[config.STORE] / "models"), model_name)
    if many:
        answers = _answer_lines(read_submissions(many, given, now, zone), load(folder), explain=explain)
        if as_json:
            told = [{"line": number, **_as_dict(answer)} for number, answer in answers]
            print_json({"model": folder.name, "forecasts": told})
        else:
            _print_lines(answers, many)
        return EXPECTED if answers and all(isinstance(one, BadSubmission) for _, one in answers) else 0
    if not (job_yaml or given) and _USUAL_YAML.is_file():
        job_yaml = _USUAL_YAML
        talk(say("predict.usual_yaml", path=job_yaml))
    if not (job_yaml or given):
        raise JobcastError(say("predict.nothing_given"), hint=say("predict.nothing_given_cure"))
    asked = submission({**(from_yaml(job_yaml) if job_yaml else {}), **given}, now, zone)
    model = load(folder)
    (forecast,) = model.forecast([asked], explain=explain or as_json)
    if as_json:
        print_json({"model": folder.name, **_as_dict(forecast)})
    else:
        _print_one(forecast, model, folder.name)
    return 0 if isinstance(forecast.memory, MemoryForecast) else EXPECTED


def _see_flags(given: Mapping[str, str], now: datetime, zone: tzinfo) -> None:
    """Raise BadValueError for a flag that can't be read, as click does for those that it reads itself."""
    for name, value in given.items():
        try:
            read_fields({name: value}, now, zone)
        except ValueError as error:
            raise frame.BadValueError(name, str(error), hint=say("predict.bad_field_cure")) from error


def _answer_lines(
    found: Iterable[tuple[int, Submission | BadSubmission]], model: Model, *, explain: bool
) -> list[tuple[int, Answer]]:
    """Answer at once all that could be read, each in its place."""
    lines = list(found)
    asked = [one for _, one in lines if isinstance(one, Submission)]
    forecasts = iter(model.forecast(asked, explain=explain))
    return [(number, one if isinstance(one, BadSubmission) else next(forecasts)) for number, one in lines]


def _folder(shelf: Shelf, wanted: str | None) -> Path:
    """Find a model by its name, its folder, or a file in it, as memPrediction's ``-c`` names its config."""
    if not wanted or wanted in shelf.names():
        return shelf.folder(wanted)
    path = Path(wanted)
    for folder in (path, path.parent):
        if path.exists() and (folder / "card.json").is_file():
            return folder.resolve()
    return shelf.folder(wanted)


def _print_one(forecast: Forecast, model: Model, name: str) -> None:
    """Print for people; the last line is the request in whole MB, as memPrediction's scripts expect."""
    memory = forecast.memory
    if isinstance(memory, NoForecast):
        talk(say("predict.none", why=say(f"no_forecast.{memory.reason}")))
        if isinstance(forecast.run_time, RunTimeForecast):
            _print_run_time(forecast.run_time)
        _print_failure(forecast.failure)
        return
    if memory.risk is None:
        tell(say("predict.without_margin", amount=format_memory(memory.request)))
    else:
        _print_quantiles(memory, memory.risk)
    _print_run_time(forecast.run_time)
    _print_failure(forecast.failure)
    tell(say("predict.basis", basis=_basis(memory.basis)))
    if memory.contributions:
        tell(say("predict.median_from", what=say(f"candidate.{memory.basis.median_from}")))
    _print_moved(say("predict.moved_by"), memory.contributions)
    if isinstance(forecast.failure, FailureForecast):
        _print_moved(say("predict.odds_moved_by"), forecast.failure.contributions)
    tell(say("predict.by", model=name, recipe=model.card.recipe))
    tell(str(to_mib(memory.request)))


def _print_quantiles(forecast: MemoryForecast, risk: float) -> None:
    told = say("predict.comma").join(
        say("predict.quantile", share=f"{probability * 100:g}%", amount=format_memory(amount))
        for probability, amount in forecast.quantiles.items()
    )
    tell(say("predict.peak", told=told))
    tell(say("predict.request", amount=format_memory(forecast.request), risk=f"{risk:.1%}"))


def _print_run_time(run_time: RunTimeForecast | NoForecast) -> None:
    if isinstance(run_time, NoForecast):
        tell(say("predict.no_run_time", why=say(f"no_forecast.{run_time.reason}")))
        return
    told = say("predict.comma").join(
        say("predict.within", share=f"{probability * 100:g}%", time=format_duration(time))
        for probability, time in run_time.quantiles.items()
    )
    tell(say("predict.run_time", told=told))
    limit = format_duration(run_time.limit)
    tell(say("predict.run_limit_advised", time=limit, risk=f"{run_time.risk:.1%}"))


def _print_failure(failure: FailureForecast | NoForecast) -> None:
    if isinstance(failure, NoForecast):
        return
    chance, recent = percent(failure.probability), failure.recent
    if recent.failed:
        tell(say("predict.failure", percent=chance, why=failing(failure)))
    else:
        tell(say("predict.failure_rare", percent=chance, runs=recent.runs))


def _print_moved(heading: str, contributions: Sequence[Contribution]) -> None:
    factors = [(moved.feature, f"{moved.factor:.2f}") for moved in contributions]
    told = [(feature, factor) for feature, factor in factors if factor != "1.00"]
    if told:
        tell(heading)
    for feature, factor in told:
        tell(say("predict.moved", feature=feature, factor=factor))


def _basis(basis: Basis) -> str:
    if basis.age_days is None:
        return say("basis.words", runs=basis.runs)
    return say(f"basis.{basis.rung}", runs=basis.runs, when=_when(basis.age_days))


def _when(age_days: float) -> str:
    if age_days < 1:
        return say("predict.today")
    days = f"{age_days:.0f}"
    return say("predict.day_ago") if days == "1" else say("predict.days_ago", days=days)


def _print_lines(lines: list[tuple[int, Answer]], file: Path) -> None:
    """Print one number for each submission, in order; a dash where there is no forecast, and why on stderr."""
    name = "stdin" if str(file) == "-" else str(file)
    for number, answer in lines:
        memory = answer.memory if isinstance(answer, Forecast) else answer
        tell(str(to_mib(memory.request)) if isinstance(memory, MemoryForecast) else "-")
        if not isinstance(memory, MemoryForecast):
            talk(printable(f"{name}:{number}: {_why_not(memory)}"))
    for hint in dict.fromkeys(answer.hint for _, answer in lines if isinstance(answer, BadSubmission)):
        if hint:
            talk(say("frame.cure", hint=hint))


def _why_not(answer: NoForecast | BadSubmission) -> str:
    if isinstance(answer, BadSubmission):
        return answer.why
    return say("predict.none", why=say(f"no_forecast.{answer.reason}"))


def _as_dict(answer: Answer) -> dict[str, Any]:
    if isinstance(answer, BadSubmission):
        return {"forecast": None, "reason": "bad_submission", "why": answer.why}
    return {
        **_memory_as_dict(answer.memory),
        "run_time": _run_time_as_dict(answer.run_time),
        "failure": _failure_as_dict(answer.failure),
    }


def _memory_as_dict(memory: MemoryForecast | NoForecast) -> dict[str, Any]:
    if isinstance(memory, NoForecast):
        return {"forecast": None, **_reason_as_dict(memory)}
    return {
        "forecast": {
            "quantiles_mb": {
                f"{probability:g}": to_mib(amount) for probability, amount in memory.quantiles.items()
            },
            "request_mb": to_mib(memory.request),
            "risk": memory.risk,
            "basis": _basis_as_dict(memory.basis),
            "contributions": [asdict(moved) for moved in memory.contributions],
        }
    }


def _run_time_as_dict(run_time: RunTimeForecast | NoForecast) -> dict[str, Any]:
    if isinstance(run_time, NoForecast):
        return _reason_as_dict(run_time)
    return {
        "quantiles_s": {f"{probability:g}": round(time) for probability, time in run_time.quantiles.items()},
        "limit_s": round(run_time.limit),
        "risk": run_time.risk,
        "basis": _basis_as_dict(run_time.basis),
    }


def _failure_as_dict(failure: FailureForecast | NoForecast) -> dict[str, Any]:
    if isinstance(failure, NoForecast):
        return _reason_as_dict(failure)
    return {
        "probability": round(failure.probability, 6),
        "reasons": {reason: round(chance, 6) for reason, chance in failure.reasons.items()},
        "recent": asdict(failure.recent),
        "words": failing(failure),
        "basis": _basis_as_dict(failure.basis),
        "contributions": [asdict(moved) for moved in failure.contributions],
    }


def _reason_as_dict(none: NoForecast) -> dict[str, str]:
    return {"reason": none.reason, "why": say(f"no_forecast.{none.reason}")}


def _basis_as_dict(basis: Basis) -> dict[str, Any]:
    age = basis.age_days
    return {
        **asdict(basis),
        "age_days": None if age is None else round(age, 2),
        "words": _basis(basis),
    }
