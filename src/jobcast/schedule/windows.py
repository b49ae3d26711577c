"""When something is open during the week."""

from jobcast.schedule.policy import Windows

WEEK = 7 * 86_400


def is_open(windows: Windows, now: int, monday: int) -> bool:
    """Tell whether a second lies in one of the windows; without any, all do."""
    second = (now - monday) % WEEK
    return not windows or any(start <= second < end for start, end in windows)


def next_change(windows: Windows, now: int, monday: int) -> int | None:
    """Return the next second after `now` at which a window opens or closes; None without windows."""
    second = (now - monday) % WEEK
    steps = [(edge - second - 1) % WEEK + 1 for window in windows for edge in window]
    return now + min(steps) if steps else None


def next_opening(windows: Windows, now: int, monday: int) -> int:
    """Return the first second from `now` on that lies in a window."""
    if is_open(windows, now, monday):
        return now
    second = (now - monday) % WEEK
    return now + min((start - second) % WEEK for start, _ in windows)
