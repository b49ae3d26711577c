"""``jobcast token``: tokens for callers beyond this host."""

from datetime import timedelta

import click

from jobcast import clock, config
from jobcast.cli import frame
from jobcast.cli.columns import moment
from jobcast.cli.screen import print_json, talk, tell
from jobcast.cli.session import Session
from jobcast.cli.table import Column, print_table
from jobcast.errors import InputError, JobcastError
from jobcast.language import say
from jobcast.serve.access import Right, Token
from jobcast.serve.tokens import change_tokens, make_token, read_tokens

_MOST_DAYS = 3650
_FOR_BATCH = {Right.BATCH, Right.OPERATE}


@click.group(cls=frame.Family, help=say("token.help"), epilog=say("token.examples"))
def command() -> None:
    """Look after tokens."""


@command.command("add", cls=frame.Spoken, help=say("token.add_help"), epilog=say("token.add_examples"))
@click.argument("name")
@click.option(
    "--right",
    "rights",
    multiple=True,
    type=click.Choice([right.value for right in Right]),
    help=say("token.right"),
)
@click.option("--user", metavar="LOGIN", help=say("token.user"))
@click.option("--days", type=click.IntRange(1, _MOST_DAYS), default=365, help=say("token.days"))
@frame.json_option
@click.pass_obj
def add(
    session: Session, /, *, name: str, rights: tuple[str, ...], user: str | None, days: int, as_json: bool
) -> None:
    """Issue a token."""
    if Right.BATCH in rights and user is None:
        raise InputError(say("token.whose"), hint=f"jobcast token add {name} --right batch --user LOGIN")
    text, token = make_token(
        name, map(Right, rights or [Right.FORECAST]), clock.now() + timedelta(days=days), user
    )

    def more(known: tuple[Token, ...]) -> list[Token]:
        if any(one.name == name for one in known):
            raise JobcastError(say("token.exists", name=name), hint=say("token.exists_cure", name=name))
        return [*known, token]

    change_tokens(session.settings[config.STORE], more)
    if as_json:
        print_json({"token": text, **_as_dict(token)})
        return
    talk(say("token.added", name=name, until=_until(session, token)))
    tell(text)
    talk(say("token.added_batch") if _FOR_BATCH & set(rights) else say("token.added_next"))


@command.command("list", cls=frame.Spoken, help=say("token.list_help"), epilog=say("token.list_examples"))
@frame.json_option
@click.pass_obj
def list_(session: Session, /, *, as_json: bool) -> None:
    """List tokens."""
    tokens = read_tokens(session.settings[config.STORE]) or ()
    if as_json:
        print_json({"tokens": [_as_dict(token) for token in tokens]})
    elif not tokens:
        talk(say("token.none"))
    else:
        print_table(
            [
                Column(heading=say("token.name"), cells=[token.name for token in tokens]),
                Column(heading=say("token.rights"), cells=[", ".join(token.rights) for token in tokens]),
                Column(heading=say("token.login"), cells=[token.user or "" for token in tokens]),
                Column(heading=say("token.expires"), cells=[_until(session, token) for token in tokens]),
            ]
        )


@command.command(
    "revoke", cls=frame.Spoken, help=say("token.revoke_help"), epilog=say("token.revoke_examples")
)
@click.argument("name")
@frame.json_option
@click.pass_obj
def revoke(session: Session, /, *, name: str, as_json: bool) -> None:
    """Revoke a token."""

    def fewer(known: tuple[Token, ...]) -> list[Token]:
        kept = [token for token in known if token.name != name]
        if len(kept) == len(known):
            raise JobcastError(say("token.unknown", name=name), hint="jobcast token list")
        return kept

    change_tokens(session.settings[config.STORE], fewer)
    if as_json:
        print_json({"revoked": name})
    else:
        tell(say("token.revoked", name=name))


def _until(session: Session, token: Token) -> str:
    if token.expires <= clock.now():
        return say("token.expired")
    return moment(token.expires, session.settings[config.TIMEZONE])


def _as_dict(token: Token) -> dict[str, object]:
    return {"name": token.name, "rights": list(token.rights), "user": token.user, "expires": token.expires}
