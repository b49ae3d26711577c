"""Names on the command line, in whichever encoding the terminal writes them."""

import click

from jobcast.language import say
from jobcast.systems.encoding import decode


class Name(click.ParamType[str]):
    """A name as the history has it: bytes that are no UTF-8 are read as the readers of records read them."""

    name = "name"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name in characters; Python hands on a stray byte as half of one (PEP 383)."""
        if not value:
            self.fail(say("report.no_name"), param, ctx)
        return decode(value.encode("utf-8", "surrogateescape"))


NAME = Name()
