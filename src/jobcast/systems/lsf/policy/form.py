"""One section or row as it is read: what its keywords say, and what was made of each of them."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from jobcast.language import say
from jobcast.spelling import did_you_mean
from jobcast.systems.dialect import Keyword, Standing
from jobcast.systems.lsf.policy.keywords import KNOWN
from jobcast.systems.lsf.policy.layout import Entry, Section, Setting

T = TypeVar("T")

_UNSET = frozenset({"", "-", "()"})
"""What LSF's templates write where nothing is set."""


class Form:
    """Gives the values of one entry, and remembers which were wrong, so that the report tells of each keyword once."""

    def __init__(self, file: str, section: Section, entry: Entry) -> None:
        self._file = file
        """Kind of the file, e.g. ``lsb.queues``."""
        self._section = section
        self._entry = entry
        self._known = KNOWN.get((file, section.kind), {})
        self._fold = bool(section.kind) or file == "lshosts"
        self._last = {
            self._key(setting.name): setting for setting in entry.settings if not setting.conditional
        }
        self._verdicts: dict[Setting, tuple[Standing, str]] = {}
        self.title = section.kind
        """What the report calls it: the name of the queue or host."""

    def text(self, *names: str) -> str | None:
        """Return the value of the first of these keywords that is set; None where none is, or it is refused."""
        setting = self._setting(*names)
        return None if setting is None else setting.value

    def value(self, read: Callable[[str], T], *names: str) -> T | None:
        """Return what `read` makes of such a keyword; where it raises ValueError the keyword is refused for it."""
        setting = self._setting(*names)
        if setting is None:
            return None
        try:
            return read(setting.value)
        except ValueError as fault:
            self.refuse(str(fault), setting.name)
            return None

    def refuse(self, reason: str, *names: str) -> None:
        """Note that these keywords, where they are set, ask for what can't be done."""
        self._judge(Standing.REFUSED, reason, names)

    def refuse_set(self, reason: str, *names: str) -> None:
        """Refuse these keywords where they have a value."""
        self.refuse(reason, *(name for name in names if self.text(name) is not None))

    def correct(self, reason: str, *names: str) -> None:
        """Note that these keywords, where they are set, don't count as they stand; a refusal stays one."""
        self._judge(Standing.CORRECTED, reason, names)

    def ignore(self, reason: str, *names: str) -> None:
        """Note that these keywords, where they are set, have no bearing here."""
        self._judge(Standing.IGNORED, reason, names)

    def discard(self, reason: str) -> None:
        """Note that nothing of this entry counts."""
        self.refuse(reason, *(setting.name for setting in self._entry.settings))

    def supersede(self) -> None:
        """Note that another section of the same name counts instead."""
        self.correct(say("lsf_policy.given_twice"), *(setting.name for setting in self._entry.settings))

    def keywords(self) -> Iterator[Keyword]:
        """Give what was made of each keyword; of a row only what its columns don't tell already."""
        for setting in self._entry.settings:
            standing, reason = self._verdict(setting)
            if not self._entry.is_row or setting in self._verdicts:
                yield keyword(self._section.file, self.title, setting, standing, reason)

    def _key(self, name: str) -> str:
        return joined(name.upper() if self._fold else name)

    def _setting(self, *names: str) -> Setting | None:
        for name in names:
            setting = self._last.get(self._key(name))
            if setting and setting.value not in _UNSET and self._verdict(setting)[0] is not Standing.REFUSED:
                return setting
        return None

    def _judge(self, standing: Standing, reason: str, names: tuple[str, ...]) -> None:
        for name in names:
            setting = self._last.get(self._key(name))
            before = self._verdicts.get(setting) if setting else None
            if setting and (before is None or before[0] is not Standing.REFUSED):
                self._verdicts[setting] = standing, reason

    def _verdict(self, setting: Setting) -> tuple[Standing, str]:
        if setting.conditional:
            return Standing.REFUSED, say("lsf_policy.conditional")
        if self._last[self._key(setting.name)] is not setting:
            return Standing.CORRECTED, say("lsf_policy.given_twice")
        made = self._verdicts.get(setting) or judged(self._file, self._section.kind, setting.name)
        if made[0] is Standing.UNDERSTOOD and joined(setting.name) != setting.name:
            written = self._known[self._key(setting.name)].name
            return Standing.CORRECTED, say("lsf_policy.blanks", name=written)
        return made


def joined(name: str) -> str:
    """Return a keyword as LSF writes it, with underscores for blanks."""
    return "_".join(name.split())


def judged(file: str, kind: str, name: str) -> tuple[Standing, str]:
    """Return what the tables say of a keyword, and the reason where it isn't simply understood."""
    known = KNOWN.get((file, kind))
    if known is None:
        return Standing.UNKNOWN, say("lsf_policy.unknown_section", section=kind)
    found = known.get(joined(name if file == "lsf.conf" else name.upper()))
    if found is None:
        guess = did_you_mean(name, [each.name for each in known.values()])
        return Standing.UNKNOWN, guess or say("lsf_policy.unknown_keyword", file=file)
    return found.standing, "" if found.standing is Standing.UNDERSTOOD else found.say()


def keyword(file: str, title: str, setting: Setting, standing: Standing, reason: str) -> Keyword:
    """Return the report's line about a setting."""
    return Keyword(
        file=file,
        line=setting.line,
        section=title,
        name=setting.name,
        value=setting.value,
        standing=standing,
        reason=reason,
    )
