"""``jobcast models``: which models there are, how good, and which one answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from jobcast import clock, config
from jobcast.cli import frame
from jobcast.cli.card import show_card
from jobcast.cli.endings import complain
from jobcast.cli.figures import amount, share
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.session import Session
from jobcast.cli.table import Column, print_table
from jobcast.cli.working import working
from jobcast.errors import ModelError
from jobcast.language import say
from jobcast.predict.card import Card, read_card
from jobcast.predict.models import load
from jobcast.predict.shelf import Shelf, grown_name
from jobcast.store.durable import refusals_explained


@click.group(cls=frame.Family, help=say("models.help"), epilog=say("models.examples"))
def command() -> None:
    """Work on models."""


_dry_run_option = click.option("--dry-run", is_flag=True, help=say("models.dry_run"))


def _shelf(session: Session) -> Shelf:
    return Shelf(session.settings[config.STORE] / "models")


@command.command("list", cls=frame.Spoken, help=say("models.list"))
@frame.json_option
@click.pass_obj
def list_(session: Session, *, as_json: bool) -> None:
    """List the models."""
    shelf = _shelf(session)
    active = shelf.active()
    cards = {}
    for name in shelf.names():
        try:
            cards[name] = read_card(shelf.folder(name))
        except ModelError as error:  # the others are still there
            complain(error)
    if as_json:
        print_json({"active": active, "models": [_brief(name, card) for name, card in cards.items()]})
    elif cards:
        _print_cards(cards, active)
        talk(say("models.next"))
    else:
        talk(say("models.none"))


@command.command("show", cls=frame.Spoken, help=say("models.show"))
@click.argument("name", required=False)
@frame.json_option
@click.pass_obj
def show(session: Session, *, name: str | None, as_json: bool) -> None:
    """Show one model's card."""
    folder = _shelf(session).folder(name)
    card = read_card(folder)
    if as_json:
        print_json({"model": folder.name, **asdict(card)})
    else:
        show_card(folder.name, card)


@command.command("compare", cls=frame.Spoken, help=say("models.compare"))
@click.argument("names", nargs=-1, required=True)
@frame.json_option
@click.pass_obj
def compare(session: Session, *, names: tuple[str, ...], as_json: bool) -> None:
    """Put models side by side."""
    shelf = _shelf(session)
    cards = {name: read_card(shelf.folder(name)) for name in names}
    if as_json:
        print_json({"models": [_brief(name, card) for name, card in cards.items()]})
        return
    _print_cards(cards, shelf.active())


@command.command(
    "activate", cls=frame.Spoken, help=say("models.activate"), epilog=say("models.activate_examples")
)
@click.argument("name")
@_dry_run_option
@frame.json_option
@click.pass_obj
def activate(session: Session, *, name: str, dry_run: bool, as_json: bool) -> None:
    """Let a model answer."""
    shelf = _shelf(session)
    _see_answers(shelf, name)
    if not dry_run:
        with refusals_explained(shelf.path):
            shelf.activate(name, stays=True)
    _tell_active(name, dry_run=dry_run, as_json=as_json)


@command.command(
    "refresh", cls=frame.Spoken, help=say("models.refresh"), epilog=say("models.refresh_examples")
)
@click.argument("name", required=False)
@_dry_run_option
@frame.json_option
@click.pass_obj
def refresh(session: Session, *, name: str | None, dry_run: bool, as_json: bool) -> None:
    """Bring a model up to the present."""
    from jobcast.cli.span import read_span  # noqa: PLC0415 - these pull in Polars
    from jobcast.train import refresh as refreshing  # noqa: PLC0415
    from jobcast.train.material import material  # noqa: PLC0415

    shelf = _shelf(session)
    base = shelf.folder(name)
    stuff = material(read_span(session, refreshing.READS, None, None))
    if refreshing.knows_all(base, stuff):
        _tell_nothing_new(base.name, shelf.active(), as_json=as_json)
        return
    made = clock.now()
    with _place(shelf, scratch=dry_run) as place, working() as step, place.growing(made) as folder:
        refreshing.refresh(stuff, base, folder, made, step)
    if not dry_run:
        _let_answer(session, shelf, grown_name(folder), as_json=as_json)
    elif as_json:
        print_json({"refreshed_from": base.name, "dry_run": True})
    else:
        tell(say("models.can_be_refreshed", name=base.name))
        talk(say("models.nothing_changed"))


def _tell_nothing_new(name: str, active: str | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"active": active, "refreshed": False})
    else:
        tell(say("models.nothing_new", name=name))


def _let_answer(session: Session, shelf: Shelf, name: str, *, as_json: bool) -> None:
    """Activate a refreshed model, and remove those that nobody goes back to."""
    with refusals_explained(shelf.path):
        shelf.activate(name)
        removed = shelf.keep(session.settings[config.MODELS_KEEP])
    if as_json:
        print_json({"active": name, "refreshed": True, "removed": removed})
        return
    tell(say("models.active", name=name))
    tell_removed(removed)


def tell_removed(names: list[str]) -> None:
    """Say which models were removed, if any were."""
    if names:
        talk(say("models.removed", names=", ".join(names)))


@contextmanager
def _place(shelf: Shelf, *, scratch: bool) -> Iterator[Shelf]:
    """Give the shelf for a new model; a dry run does all the work, on one that is thrown away."""
    if not scratch:
        with refusals_explained(shelf.path):
            yield shelf
        return
    with TemporaryDirectory(prefix="jobcast-") as folder, refusals_explained(Path(folder)):
        yield Shelf(Path(folder))


@command.command("rollback", cls=frame.Spoken, help=say("models.rollback"))
@_dry_run_option
@frame.json_option
@click.pass_obj
def rollback(session: Session, *, dry_run: bool, as_json: bool) -> None:
    """Go back to the model before."""
    shelf = _shelf(session)
    before, name = shelf.active(), shelf.before()
    _see_answers(shelf, name)
    if not dry_run:
        with refusals_explained(shelf.path):
            shelf.rollback()
    _tell_active(name, dry_run=dry_run, as_json=as_json, **{"from": before})


def _see_answers(shelf: Shelf, name: str) -> None:
    """See whether the model can answer, before it is let to; raises ModelError that names it."""
    folder = shelf.folder(name)
    try:
        load(folder)
    except ModelError as error:
        raise ModelError(say("models.unfit", name=name, why=error.message), hint="jobcast train") from error


def _tell_active(name: str, *, dry_run: bool, as_json: bool, **facts: str | None) -> None:
    """Say which model answers; `facts` are more for JSON."""
    if as_json:
        print_json({"active": name, **facts, **({"dry_run": True} if dry_run else {})})
    elif dry_run:
        tell(say("models.would_be_active", name=name))
        talk(say("models.nothing_changed"))
    else:
        tell(say("models.active", name=name))


def _brief(name: str, card: Card) -> dict[str, Any]:
    return {"name": name, "recipe": card.recipe, "made": card.made, "data": card.data, "scores": card.scores}


def _print_cards(cards: dict[str, Card], active: str | None) -> None:
    scores = [card.scores or {} for card in cards.values()]
    columns = [
        Column(
            heading=say("models.column_name"),
            cells=[("* " if name == active else "  ") + name for name in cards],
        ),
        Column(heading=say("models.column_recipe"), cells=[card.recipe for card in cards.values()]),
        Column(
            heading=say("models.column_learnt"),
            cells=[amount(card.data.get("learnt_from")) for card in cards.values()],
            right=True,
        ),
        Column(
            heading=say("models.column_until"),
            cells=[str(card.data.get("last_day", "-")) for card in cards.values()],
        ),
        Column(
            heading=say("evaluate.column_error"),
            cells=[share(one.get("median_error")) for one in scores],
            right=True,
        ),
        Column(
            heading=say("evaluate.column_exceeded"),
            cells=[share(one.get("exceeded_share")) for one in scores],
            right=True,
        ),
        Column(
            heading=say("evaluate.column_over"),
            cells=[amount(one.get("over_gib")) for one in scores],
            right=True,
        ),
    ]
    print_table(columns)
