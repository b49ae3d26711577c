"""The command of a job as LSF shows it."""

_LONGEST = 65_536
"""Characters of a command that are kept: no rule and no model looks further."""


def on_one_line(text: str) -> str:
    """Return a command as bjobs shows it: the lines of a script in one, with semicolons between."""
    lines = text[:_LONGEST].removesuffix("\n").split("\n")
    joined = "".join(line + (";" if line.strip() else " ") for line in lines[:-1])
    return joined + lines[-1]
