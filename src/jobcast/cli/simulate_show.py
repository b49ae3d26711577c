"""What ``jobcast simulate`` prints for people."""

from collections.abc import Mapping
from datetime import datetime

from jobcast.cli.run_figures import figure
from jobcast.cli.screen import talk, tell
from jobcast.cli.simulate_failing import show_failing
from jobcast.cli.table import Column, print_table
from jobcast.language import say
from jobcast.simulate.compare import OTHERS, OVERALL
from jobcast.simulate.metrics import Figures, Metrics, meant
from jobcast.simulate.run import Facts, TraceFacts
from jobcast.units import format_duration

_MOST_GROUPS = 10
"""Queues or users in a table at most, those with the most jobs."""
_OF_GROUPS = ("jobs", "mean_wait_s", "p95_wait_s", "mean_bounded_slowdown", "core_hours")
_IF_ANY = ("killed", "preempted", "refused")
"""Figures that are left out where they are 0."""


def show(facts: Facts) -> None:
    """Print a run: what was simulated, what came out, by queue, user and size, and the conventions."""
    _show_trace(facts.trace, facts.metrics)
    _show_setup(facts)
    tell()
    _show_figures(facts)
    if facts.failing is not None:
        tell()
        show_failing(facts.failing)
    for kind, figures in facts.groups.items():
        tell()
        _show_groups(kind, figures)
    if facts.refused:
        tell()
        causes = " · ".join(f"{cause} {count:,}" for cause, count in facts.refused.items())
        tell(say("simulate.refused", causes=causes))
    tell()
    for name, meaning in conventions(facts).items():
        if isinstance(meaning, str):
            tell(say("simulate.convention", name=say(f"convention_name.{name}"), meaning=meaning))


def conventions(facts: Facts) -> dict[str, str | float]:
    """Return how the figures are meant, in words; and the threshold as a number."""
    threshold = facts.metrics.threshold_s
    values = {"threshold": f"{threshold:g}", "processors": f"{facts.trace.processors:,}"}
    texts = {name: say(f"convention.{text}", **values) for name, text in meant(facts.setup).items()}
    return {"threshold_s": threshold, **texts}


def engine_of(facts: Facts) -> str:
    """Return in words which engine ran, and what only the core knew of it."""
    text = say(f"engine.{facts.engine}")
    return say("engine.because", engine=text, words=_words(facts)) if facts.core_because else text


def _words(facts: Facts) -> str:
    return say("engine.comma").join(say(f"core_because.{word}") for word in facts.core_because)


def tell_engine(facts: Facts) -> None:
    """Say why a run was slow: what sent it to the core, or that the engine had to be compiled first."""
    if facts.core_because:
        talk(say("simulate.by_core", words=_words(facts)))
    if "numba" in facts.core_because:
        talk(say("simulate.get_numba"))
    if facts.compiling >= _LONG:
        talk(say("simulate.compiled", seconds=f"{facts.compiling:.0f}"))


_LONG = 3
"""Seconds that are worth a word; reading back what is compiled takes less."""


def show_set_aside(set_aside: Mapping[str, int]) -> None:
    """Print how many jobs of a trace can't be simulated, by reason."""
    for reason, count in set_aside.items():
        tell(say("simulate.set_aside", jobs=f"{count:,}", reason=say(f"trace_aside.{reason}")))


def _show_trace(trace: TraceFacts, metrics: Metrics) -> None:
    first = datetime.fromisoformat(trace.origin)
    tell(
        say(
            "simulate.trace",
            name=trace.name,
            jobs=f"{trace.jobs:,}",
            processors=f"{trace.processors:,}",
            span=format_duration(metrics.makespan_s),
            first=f"{first:%Y-%m-%d}",
        )
    )
    show_set_aside(trace.set_aside)
    for change, count in trace.changed.items():
        tell(say("simulate.changed", jobs=f"{count:,}", change=say(f"trace_changed.{change}")))


def _show_setup(facts: Facts) -> None:
    options = f" {facts.setup['options']}" if "options" in facts.setup else ""
    settings = {**facts.setup, "options": options}
    speed = f"{facts.jobs_per_second:,.0f}"
    tell(say("simulate.run", **settings, seconds=f"{facts.seconds:.2f}", speed=speed, engine=facts.engine))


def _show_figures(facts: Facts) -> None:
    metrics = facts.metrics
    values = {
        **{name: getattr(metrics.overall, name) for name in OVERALL},
        **{name: getattr(metrics, name) for name in OTHERS},
    }
    shown = {name: value for name, value in values.items() if value or name not in _IF_ANY}
    print_table(
        [
            Column(heading="", cells=[say(f"figure.{name}") for name in shown]),
            Column(
                heading=facts.setup["policy"],
                cells=[figure(name, value) for name, value in shown.items()],
                right=True,
            ),
        ]
    )


def _show_groups(kind: str, figures: Mapping[str, Figures]) -> None:
    shown = dict(list(figures.items())[:_MOST_GROUPS])
    print_table(
        [
            Column(
                heading=say(f"simulate_group.{kind}"), cells=[name or "-" for name in shown], elastic=True
            ),
            *(
                Column(
                    heading=say(f"figure.{name}"),
                    cells=[figure(name, getattr(one, name)) for one in shown.values()],
                    right=True,
                )
                for name in _OF_GROUPS
            ),
        ]
    )
    if len(figures) > len(shown):
        tell(say("simulate.more_groups", more=f"{len(figures) - len(shown):,}"))
