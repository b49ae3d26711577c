"""Jobs that wait for others are looked at again only when one of these has come a step further."""

from jobcast.schedule.dependency import elements, mentioned
from jobcast.schedule.state import Entry, State


def let_sleep(entry: Entry, state: State) -> None:
    """Note whom a job waits for, so that it is woken when one of them comes, starts or ends."""
    for name in mentioned(entry.job.after) if entry.job.after is not None else ():
        for each in (name, *elements(name, state)):
            state.awaited.setdefault(each, set()).add(entry.job.id)


def wake(state: State) -> list[Entry]:
    """Let those be looked at again who wait for somebody who has come a step further; returns them."""
    woken = []
    for name in state.stirred if state.awaited else ():
        for sleeper in state.awaited.pop(name, ()):
            if (entry := state.waiting.get(sleeper)) is not None:
                state.queued.facts.wake(sleeper)
                woken.append(entry)
    state.stirred.clear()
    return woken
