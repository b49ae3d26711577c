"""``bsub < script``: the options that stand in a job script, in its lines ``#BSUB``.

Source: bsub(1), "Embedded options": they may stand anywhere in the script, several on one line; what is given on the
command line goes before them.
"""

import re
import shlex

from jobcast.errors import ConfigError
from jobcast.language import say
from jobcast.systems.lsf.bsub.options import Options, read_options

_LINE = re.compile(r"[ \t]*#[ \t]*BSUB[ \t]+(.*)")
_MOST = 1000
"""Lines with options; nobody writes more."""


def embedded(script: str) -> Options:
    """Return the options of a script. Raises ConfigError, with the line, for those that can't be read or done."""
    words: list[str] = []
    found = 0
    for number, line in enumerate(script.split("\n"), 1):
        match = _LINE.fullmatch(line.rstrip("\r"))
        if match is None:
            continue
        found += 1
        if found > _MOST:
            raise ConfigError(say("lsf_script.too_many", most=_MOST))
        words += _words(match[1], number)
    options = read_options(words)
    if options.command:
        raise ConfigError(say("lsf_script.no_option", word=options.command[0]))
    return options


def under(given: Options, script: Options) -> Options:
    """Return the options of a command line, completed by those of its script."""
    return Options(
        values={**script.values, **given.values}, flags=script.flags | given.flags, command=given.command
    )


def without_options(script: str) -> str:
    """Return a script whose options are mere comments."""
    return "\n".join(
        f"#{line}" if _LINE.fullmatch(line.rstrip("\r")) else line for line in script.split("\n")
    )


def _words(text: str, number: int) -> list[str]:
    """Part a line into words as a shell does, up to a comment; nothing in it is carried out."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise ConfigError(say("lsf_script.open_quote", line=number, text=text)) from None
    end = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
    return words[:end]
