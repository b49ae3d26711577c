"""What Slurm says of the machines of the partition, told when it's new."""

import asyncio

from jobcast.act.executors import slurm_commands as commands
from jobcast.act.executors.base import MachineNews
from jobcast.act.executors.slurm_answers import read_machines
from jobcast.act.executors.slurm_asking import ask
from jobcast.act.executors.slurm_post import Post


class SlurmMachines:
    """Asks about machines now and then, and where one of them seems to be gone."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._known: dict[str, MachineNews] = {}
        self._due = 0.0

    async def look_if_due(self) -> None:
        """Look at them if nobody has for a while. Raises ExecutorError and RefusedError."""
        if asyncio.get_running_loop().time() >= self._due:
            await self.look()

    async def look(self) -> None:
        """Tell what is new of any of them. Raises ExecutorError and RefusedError."""
        self._due = asyncio.get_running_loop().time() + self._post.site.facts_every
        found = read_machines(await ask(commands.machines(self._post.site.partition)))
        for name, news in found.items():
            if self._known.get(name) != news:
                self._post.news.put_nowait(news)
        for name in self._known.keys() - found.keys():
            self._post.news.put_nowait(MachineNews(machine=name, up=False))
        self._known = found
