"""``bsub -w``: which other jobs a job waits for.

Source: "Dependency conditions" in Administering IBM Spectrum LSF. Of what LSF knows, counts of array elements other
than all (``*``), external events and post-processing are refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jobcast.language import say
from jobcast.schedule.job import After, AllOf, AnyOf, Dependency, Ending, Not
from jobcast.spelling import did_you_mean
from jobcast.systems.lsf.bsub.fault import BsubError


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The jobs that names may mean."""

    named: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Name to ids of jobs and arrays, in the order of their submission."""
    only_last: bool = False
    """Whether a name means only the one submitted last (JOB_DEP_LAST_SUB)."""
    element: int | None = None
    """Index of the array element that waits; None for a job by itself."""

    def ids(self, name: str) -> list[str]:
        """Return the jobs that a name means, which may end with ``*``; none where there is no such job."""
        if name.endswith("*"):
            names = [each for each in self.named if each.startswith(name[:-1])]
        else:
            names = [name] if name in self.named else []
        return [
            job for each in names for job in (self.named[each][-1:] if self.only_last else self.named[each])
        ]


_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>&&|\|\||==|!=|<=|>=|[!<>(),])|"(?P<quoted>[^"]*)"|'(?P<single>[^']*)'|(?P<word>[^\s&|!<>=(),"']+))""",
    re.VERBOSE,
)
_ENDINGS = {
    "done": Ending.DONE,
    "ended": Ending.ENDED,
    "exit": Ending.FAILED,
    "started": Ending.STARTED,
    "numdone": Ending.DONE,
    "numended": Ending.ENDED,
    "numexit": Ending.FAILED,
    "numstart": Ending.STARTED,
}
_REFUSED = frozenset({"external", "post_done", "post_err", "numhold", "numpend", "numrun"})
_DEEPEST = 100
"""Nested brackets; nobody writes more, and each costs a level of the stack."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


def read_dependency(text: str, known: Known) -> Dependency:
    """Read a dependency condition. Raises BsubError with the place of what can't be read, isn't known or possible."""
    return _Reader(text, known).whole()


class _Reader:
    """Recursive descent over the tokens of one condition; ``&&`` binds before ``||``."""

    def __init__(self, text: str, known: Known) -> None:
        self._text = text
        self._known = known
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    def whole(self) -> Dependency:
        condition = self._any()
        if self._peek().kind != "end":
            raise self._fault(self._peek(), say("lsf_bsub.wanted_joint"))
        return condition

    def _any(self) -> Dependency:
        parts = [self._all()]
        while self._takes("||"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else AnyOf(parts=tuple(parts))

    def _all(self) -> Dependency:
        parts = [self._one()]
        while self._takes("&&"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else AllOf(parts=tuple(parts))

    def _one(self) -> Dependency:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._fault(self._peek(), say("lsf_bsub.wanted_shallower"))
        try:
            if self._takes("!"):
                return Not(part=self._one())
            if self._takes("("):
                inner = self._any()
                self._want(")")
                return inner
            return self._condition()
        finally:
            self._depth -= 1

    def _condition(self) -> Dependency:
        token = self._take()
        if token.kind not in {"word", "quoted"}:
            raise self._fault(token, say("lsf_bsub.wanted_condition"))
        if token.kind == "word" and self._peek().text == "(" and self._peek().kind == "sign":
            return self._function(token)
        return self._after(token, Ending.DONE)

    def _function(self, name: _Token) -> Dependency:
        if name.text in _REFUSED:
            raise self._fault(name, say("lsf_bsub.refused_condition", name=name.text))
        if name.text not in _ENDINGS:
            guess = did_you_mean(name.text, _ENDINGS)
            raise self._fault(name, guess or say("lsf_bsub.wanted_condition"))
        self._want("(")
        job = self._take()
        if job.kind not in {"word", "quoted"}:
            raise self._fault(job, say("lsf_bsub.wanted_job"))
        operator, code = "", 0
        if self._takes(","):
            operator, code = self._code(name)
        self._want(")")
        return self._after(job, _ENDINGS[name.text], operator, code)

    def _code(self, function: _Token) -> tuple[str, int]:
        """Read what an exit code, or a number of elements, is compared with."""
        token = self._take()
        if function.text.startswith("num"):
            if token.text != "*":
                raise self._fault(token, say("lsf_bsub.only_all_elements"))
            return "", 0
        operator = "=="
        if token.kind == "sign" and token.text in {"==", "!=", "<", "<=", ">", ">="}:
            operator, token = token.text, self._take()
        if function.text != "exit" or not re.fullmatch(r"[0-9]{1,3}", token.text):
            raise self._fault(token, say("lsf_bsub.wanted_code"))
        return operator, int(token.text)

    def _after(self, job: _Token, ending: Ending, operator: str = "", code: int = 0) -> Dependency:
        name, index = job.text, ""
        match = re.fullmatch(r"(.+)\[(\*|[0-9]+)\]", job.text)
        if match:
            name, index = match[1], match[2]
        ids = [name] if job.kind == "word" and name.isdecimal() else self._known.ids(name)
        if not ids:
            guess = did_you_mean(name, self._known.named)
            raise self._fault(job, guess or say("lsf_bsub.no_such_job", name=name))
        if index == "*":
            index = "" if self._known.element is None else str(self._known.element)
        parts = tuple(
            After(job=f"{each}[{index}]" if index else each, ending=ending, operator=operator, exit_code=code)
            for each in ids
        )
        return parts[0] if len(parts) == 1 else AllOf(parts=parts)

    def _takes(self, sign: str) -> bool:
        if self._peek().kind == "sign" and self._peek().text == sign:
            self._take()
            return True
        return False

    def _want(self, sign: str) -> None:
        token = self._take()
        if token.kind != "sign" or token.text != sign:
            raise self._fault(token, say("lsf_bsub.wanted_sign", sign=sign))

    def _fault(self, token: _Token, cure: str) -> BsubError:
        return BsubError(self._text, token.position, cure)

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token


def _tokens(text: str) -> list[_Token]:
    tokens, position = [], 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            at = position + len(text[position:]) - len(text[position:].lstrip())
            raise BsubError(text, at, say("lsf_bsub.wanted_condition"))
        kind = match.lastgroup or ""
        tokens.append(_Token("quoted" if kind == "single" else kind, match[kind], match.start(kind)))
        position = match.end()
    return [*tokens, _Token("end", "", end)]
