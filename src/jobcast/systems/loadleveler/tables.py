"""Tables of all keywords for the documentation, from the same lists that files are read by."""

from collections.abc import Iterator, Mapping

from jobcast.language import say
from jobcast.systems.loadleveler.admin_keywords import BY_TYPE
from jobcast.systems.loadleveler.config_keywords import CONFIG
from jobcast.systems.loadleveler.job_keywords import JOB
from jobcast.systems.loadleveler.known import Known


def keyword_tables() -> str:
    """Return all keywords with what is made of each, as Markdown in the language spoken now."""
    tables = {
        "`LoadL_config`, `LoadL_config.local`": CONFIG,
        **{f"`LoadL_admin`: `type = {kind}`": known for kind, known in BY_TYPE.items()},
        say("loadleveler.table_jobs"): JOB,
    }
    return "\n".join(f"### {title}\n\n{_table(known)}" for title, known in tables.items())


def _table(known: Mapping[str, Known]) -> str:
    heads = (
        say("loadleveler.table_keyword"),
        say("loadleveler.table_standing"),
        say("loadleveler.table_made"),
    )
    lines = (f"| {' | '.join(heads)} |", "|---|---|---|", *_rows(known))
    return "".join(f"{line}\n" for line in lines)


def _rows(known: Mapping[str, Known]) -> Iterator[str]:
    """Yield a row for each topic, with its keywords in their order."""
    for topic in dict.fromkeys(each.topic for each in known.values()):
        mine = [each for each in known.values() if each.topic == topic]
        names = " ".join(f"`{each.name}`" for each in mine)
        standing, made = say(f"standing.{mine[0].standing}"), say(f"loadleveler_made.{topic}")
        yield f"| {names} | {standing} | {made} |"
