"""The process beside each attempt: it runs what is to be run, tends it, and writes down how it ended.

It needs nobody: what it has to tell is in the attempt's folder, should the starter be gone.
"""

import os
import resource
import time
import traceback
from dataclasses import dataclass, field, replace
from typing import Any

from jobcast.act.starter.cgroup import Group
from jobcast.act.starter.job import Job
from jobcast.act.starter.launch import Owner, Refused, Why, find_owner
from jobcast.act.starter.limits import lowered
from jobcast.act.starter.post import Post
from jobcast.act.starter.spool import HOSTS, SCRIPT
from jobcast.act.starter.surroundings import launch_of_job, launch_of_owner, launch_of_site, told, variables
from jobcast.act.starter.tending import KILL_AT_ONCE, KILLS, Ears, Order, Over, Tended, read_all
from jobcast.act.starter.usage import Usage
from jobcast.act.starter.wanted import Wanted


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@dataclass(slots=True)
class Shepherd:
    """Runs the prologs, the job and the epilogs of one attempt."""

    wanted: Wanted
    post: Post
    own: Usage = field(default_factory=Usage)
    """What the exits took."""
    exits: dict[str, int] = field(default_factory=dict)
    """Exit codes of what has run, the job as ``job``."""
    extra: dict[str, str] = field(default_factory=dict)
    """Environment that the user prolog printed: for programs of the owner, never for those of the site."""
    job: Job = field(init=False)
    ears: Ears = field(init=False)
    before: float = field(default_factory=_own_cpu)
    """Seconds of CPU time that this process had taken for others."""

    def run(self) -> dict[str, Any]:
        """Run all of it; return the JSON of a `jobcast.act.executors.base.Ended`, its `detail` as ``why``."""
        self.ears = Ears(self.post.orders)
        try:
            return self._run()
        finally:
            self.ears.close()

    def _run(self) -> dict[str, Any]:
        self.job = Job(wanted=self.wanted, post=self.post, wants_pause=False)
        try:
            owner = find_owner(self.wanted.user)
            self._write_hosts()
            self._write_script(owner)
        except Refused as refused:
            return self._ended(None, refused.why)
        why = self._exit("prolog", None) or self._exit("user_prolog", owner)
        over = None
        if why is None and not self.job.killed:
            over = self._run_job(owner)
            why = over.why_not
        if not self.wanted.exits.keys().isdisjoint({"user_epilog", "epilog"}):
            self.post.enter("epilog")
        if self.exits.get("prolog", 0) == 0:
            self._exit("user_epilog", owner)
        self._exit("epilog", None)
        return self._ended(over, why)

    def _write_hosts(self) -> None:
        """Write down where the job runs, a line for each task."""
        path = self.post.folder / HOSTS
        try:
            path.write_text("".join(f"{host}\n" for host in self.wanted.hosts))
            path.chmod(0o444)
        except OSError as error:
            raise Refused("script", str(path), error) from error

    def _write_script(self, owner: Owner) -> None:
        if not self.wanted.script:
            return
        path = self.post.folder / SCRIPT
        try:
            path.write_bytes(self.wanted.script.encode("utf-8", "surrogateescape"))
            path.chmod(0o700)
            os.chown(path, owner.uid, owner.gid)
        except OSError as error:
            raise Refused("script", str(path), error) from error

    def _run_job(self, owner: Owner) -> Over:
        environment = self._told() | self.extra
        wish = launch_of_job(self.wanted, owner, self.post.folder / SCRIPT, environment, self.post.cpus)
        group = self._group()
        if group is None:
            over = self.job.run(wish, self.ears)
        else:
            self.job.body = group
            over = self.job.run(replace(wish, entrance=group.entrance), self.ears)
            if group.was_over_memory():
                self.job.killed = self.job.killed or "over_memory"
            group.remove()
        if over.why_not is None:
            self.exits["job"] = over.exit_code
        return over

    def _group(self) -> Group | None:
        """Make the control group of the attempt; None where that can't be."""
        if self.post.group is None:
            return None
        try:
            (group := Group(self.post.group)).make(self.wanted.enforcement)
        except OSError:
            traceback.print_exc()
            return None
        return group

    def _told(self) -> dict[str, str]:
        return told(self.wanted, self.post.folder, self.job.pid, self.exits)

    def _exit(self, name: str, owner: Owner | None) -> Why | None:
        """Run a program of the site's, where there is one; return what is wrong with it."""
        arguments = self.wanted.exits.get(name)
        if not arguments or (self.job.killed and "epilog" not in name):
            return None
        over, text = self._run_exit(arguments, owner)
        self.exits[name] = 127 if over.why_not else over.exit_code
        if name == "user_prolog":
            self.extra |= variables(text)
        if over.why_not:
            if over.why_not["what"] == "limit":  # it is the job's, which can't begin either
                return over.why_not
            return {**over.why_not, "exit": name}
        if self.exits[name] and not self.job.killed:
            last = text.strip().rpartition("\n")[2]
            what = "exit_slow" if over.slow else "exit_failed"
            return {"what": what, "exit": name, "which": str(self.exits[name]), "error": last[:200]}
        return None

    def _run_exit(self, arguments: tuple[str, ...], owner: Owner | None) -> tuple[Over, str]:
        """Return how it ended, and the beginning of what it printed."""
        printed, output = os.pipe()
        os.set_blocking(printed, False)
        environment = self._told()
        if owner is None:
            wish = launch_of_site(arguments, environment, output)
        else:
            wish = launch_of_owner(self.wanted, owner, arguments, environment | self.extra, output)
        tended = Tended(
            ears=self.ears,
            usage=self.own,
            grace=self.post.grace,
            obey=self._obey,
            longest=self.wanted.longest,
        )
        over = tended.run(wish)
        os.close(output)
        text = read_all(printed).decode("utf-8", "replace")
        os.close(printed)
        return over, text

    def _obey(self, tended: Tended, order: Order) -> None:
        """Obey during an exit: a prolog is killed, an epilog runs; a job that is to stand still does so later."""
        self.job.hear_limit(order)
        if order in KILLS and self.post.phase == "prolog":
            self.job.killed = "killed"
            tended.end(at_once=order == KILL_AT_ONCE)
        elif order in {"suspend", "resume"}:
            self.job.wants_pause = order == "suspend"

    def _remark(self) -> Why:
        """Return what its owner should know though it ran."""
        if self.wanted.affinity is not None and not self.post.cpus:
            return {"what": "unbound"}
        low = lowered(self.wanted.limits)
        return {"what": "lowered", "which": ", ".join(low)} if low else {}

    def _ended(self, over: Over | None, why: Why | None) -> dict[str, Any]:
        began = over is not None and over.why_not is None
        how = "not_begun"
        if over is not None and began:
            how = "signalled" if os.WIFSIGNALED(over.status) else "exited"
        starter_cpu = _own_cpu() - self.before + self.own.cpu
        return {
            "kind": "Ended",
            "attempt": self.wanted.id,
            "began": self.job.began,
            "at": time.time(),
            "how": self.job.killed or how,
            "exit_code": over.exit_code if over and began else 0,
            "why": why or self._remark(),
            "exits": {name: code for name, code in self.exits.items() if name != "job"},
            "consumed": self.job.usage.told(starter_cpu) if began else {},
        }
