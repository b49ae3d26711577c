"""Requests in the words of each batch system."""

from dataclasses import replace

import pytest

from jobcast.job import Request
from jobcast.systems.requests import Spread, memory_goes_with_cores, written
from jobcast.units import GIB, MIB

HOUR = 3600.0
ONE = Spread()
FOUR_CORES = Spread(cores=4)
TWO_HOSTS = Spread(hosts=2, cores=16)
MEMORY, CORES, LIMIT = Request(memory=3 * GIB), Request(cores=4), Request(run_limit=26 * HOUR)
ALL = Request(cores=4, memory=3 * GIB, run_limit=26 * HOUR)


@pytest.mark.parametrize(
    ("request_", "spread", "flags"),
    [
        (MEMORY, ONE, 'bsub -R "rusage[mem=3GB]"'),
        (MEMORY, FOUR_CORES, 'bsub -R "rusage[mem=3GB]"'),
        (MEMORY, TWO_HOSTS, 'bsub -R "rusage[mem=1536MB]"'),
        (MEMORY, Spread(hosts=2, cores=16, memory_per_task=True), 'bsub -R "rusage[mem=192MB]"'),
        (MEMORY, Spread(cores=3, memory_per_task=True), 'bsub -R "rusage[mem=1GB]"'),
        (Request(cores=2, memory=3 * GIB), Spread(cores=4, memory_per_task=True),
         'bsub -n 2 -R "span[hosts=1] rusage[mem=1536MB]"'),
        (CORES, FOUR_CORES, 'bsub -n 4 -R "span[hosts=1]"'),
        (Request(cores=1), FOUR_CORES, "bsub -n 1"),
        (CORES, TWO_HOSTS, "bsub -n 4"),
        (LIMIT, ONE, "bsub -W 26:00"),
        (ALL, ONE, 'bsub -n 4 -R "span[hosts=1] rusage[mem=3GB]" -W 26:00'),
        (ALL, TWO_HOSTS, 'bsub -n 4 -R "rusage[mem=1536MB]" -W 26:00'),
        (Request(), ONE, "bsub"),
    ],
)  # fmt: skip
def test_lsf_counts_memory_for_each_host_or_each_task(request_, spread, flags):
    assert written("lsf", request_, spread) == flags


@pytest.mark.parametrize(
    ("request_", "spread", "flags"),
    [
        (MEMORY, ONE, "#SBATCH --mem=3G"),
        (MEMORY, FOUR_CORES, "#SBATCH --mem=3G"),
        (MEMORY, TWO_HOSTS, "#SBATCH --mem-per-cpu=192M"),
        (CORES, FOUR_CORES, "#SBATCH --ntasks=1 --cpus-per-task=4"),
        (Request(cores=1), FOUR_CORES, "#SBATCH --ntasks=1 --cpus-per-task=1"),
        (CORES, TWO_HOSTS, "#SBATCH --ntasks=4"),
        (LIMIT, ONE, "#SBATCH --time=1-02:00:00"),
        (ALL, ONE, "#SBATCH --ntasks=1 --cpus-per-task=4 --mem=3G --time=1-02:00:00"),
        (ALL, TWO_HOSTS, "#SBATCH --ntasks=4 --mem-per-cpu=768M --time=1-02:00:00"),
    ],
)
def test_slurm_counts_memory_for_the_node_or_each_cpu(request_, spread, flags):
    assert written("slurm", request_, spread) == flags


@pytest.mark.parametrize(
    ("request_", "spread", "flags"),
    [
        (MEMORY, ONE, "# @ resources = ConsumableMemory(3gb)"),
        (MEMORY, TWO_HOSTS, "# @ resources = ConsumableMemory(192mb)"),
        (CORES, FOUR_CORES, "# @ resources = ConsumableCpus(4)"),
        (Request(cores=20), TWO_HOSTS, "# @ total_tasks = 20"),
        (Request(cores=20, memory=30 * GIB), TWO_HOSTS,
         "# @ total_tasks = 20; # @ resources = ConsumableMemory(1536mb)"),
        (ALL, TWO_HOSTS,
         "# @ total_tasks = 4; # @ resources = ConsumableMemory(768mb); # @ wall_clock_limit = 26:00:00"),
        (LIMIT, ONE, "# @ wall_clock_limit = 26:00:00"),
        (Request(run_limit=601.0), ONE, "# @ wall_clock_limit = 0:11:00"),
        (ALL, ONE,
         "# @ resources = ConsumableCpus(4) ConsumableMemory(3gb); # @ wall_clock_limit = 26:00:00"),
    ],
)  # fmt: skip
def test_loadleveler_counts_resources_for_each_task_and_knows_no_days(request_, spread, flags):
    assert written("loadleveler", request_, spread) == flags


@pytest.mark.parametrize(
    ("request_", "spread", "flags"),
    [
        (MEMORY, ONE, "resources: {requests: {memory: 3Gi}}"),
        (MEMORY, TWO_HOSTS, "resources: {requests: {memory: 1536Mi}}"),
        (CORES, FOUR_CORES, 'resources: {requests: {cpu: "4"}}'),
        (Request(cores=5), TWO_HOSTS, 'resources: {requests: {cpu: "3"}}'),
        (LIMIT, ONE, "activeDeadlineSeconds: 93600"),
        (Request(run_limit=600.5), ONE, "activeDeadlineSeconds: 601"),
        (ALL, ONE, 'resources: {requests: {cpu: "4", memory: 3Gi}}; activeDeadlineSeconds: 93600'),
    ],
)
def test_kubernetes_counts_resources_for_each_pod(request_, spread, flags):
    assert written("kubernetes", request_, spread) == flags


@pytest.mark.parametrize(
    ("request_", "spread", "flags"),
    [
        (MEMORY, TWO_HOSTS, "memory=3GB"),
        (CORES, TWO_HOSTS, "cores=4"),
        (LIMIT, ONE, "run_limit=1-02:00:00"),
        (ALL, ONE, "cores=4 memory=3GB run_limit=1-02:00:00"),
        (Request(), ONE, ""),
    ],
)
@pytest.mark.parametrize("system", ["swf", "pbs", "", '"; rm -rf /'])
def test_a_system_of_unknown_words_gets_those_of_this_program(system, request_, spread, flags):
    assert written(system, request_, spread) == flags


@pytest.mark.parametrize(
    ("system", "memory", "spread", "flags"),
    [
        ("lsf", 1, ONE, 'bsub -R "rusage[mem=1MB]"'),
        ("lsf", 3 * MIB + 1, ONE, 'bsub -R "rusage[mem=4MB]"'),
        ("lsf", 4608 * MIB, ONE, 'bsub -R "rusage[mem=4608MB]"'),
        ("lsf", GIB - 1, ONE, 'bsub -R "rusage[mem=1GB]"'),
        ("lsf", 1024 * GIB, ONE, 'bsub -R "rusage[mem=1024GB]"'),
        ("lsf", 10 * GIB, Spread(hosts=3), 'bsub -R "rusage[mem=3414MB]"'),  # 3413.33
        ("slurm", 10 * GIB, Spread(hosts=3, cores=7), "#SBATCH --mem-per-cpu=1463M"),  # 1462.86
        ("loadleveler", 10 * GIB, Spread(hosts=3, cores=7), "# @ resources = ConsumableMemory(1463mb)"),
        ("kubernetes", 10 * GIB, Spread(hosts=3), "resources: {requests: {memory: 3414Mi}}"),
        ("swf", GIB + 1, ONE, "memory=1025MB"),
    ],
)
def test_memory_is_rounded_up_so_that_all_parts_together_are_enough(system, memory, spread, flags):
    assert written(system, Request(memory=memory), spread) == flags


@pytest.mark.parametrize(
    ("system", "flags"),
    [
        ("lsf", "bsub -W 0:11"),
        ("slurm", "#SBATCH --time=00:11:00"),
        ("loadleveler", "# @ wall_clock_limit = 0:11:00"),
        ("kubernetes", "activeDeadlineSeconds: 601"),
        ("swf", "run_limit=00:11:00"),
    ],
)
def test_run_limits_are_rounded_up(system, flags):
    assert written(system, Request(run_limit=600.01), ONE) == flags


@pytest.mark.parametrize(
    ("system", "request_", "spread", "flags"),
    [
        ("lsf", MEMORY, ONE, 'bsub -M 3GB -R "rusage[mem=3GB]"'),
        ("lsf", MEMORY, TWO_HOSTS, 'bsub -M 1536MB -R "rusage[mem=1536MB]"'),
        ("lsf", ALL, Spread(memory_per_task=True),
         'bsub -n 4 -M 768MB -R "span[hosts=1] rusage[mem=768MB]" -W 26:00'),
        ("lsf", CORES, ONE, 'bsub -n 4 -R "span[hosts=1]"'),
        ("kubernetes", MEMORY, ONE, "resources: {requests: {memory: 3Gi}, limits: {memory: 3Gi}}"),
        ("kubernetes", ALL, TWO_HOSTS,
         'resources: {requests: {cpu: "2", memory: 1536Mi}, limits: {memory: 1536Mi}}; activeDeadlineSeconds: 93600'),
        ("kubernetes", CORES, ONE, 'resources: {requests: {cpu: "4"}}'),
        ("slurm", MEMORY, ONE, "#SBATCH --mem=3G"),
        ("loadleveler", MEMORY, ONE, "# @ resources = ConsumableMemory(3gb)"),
        ("swf", MEMORY, ONE, "memory=3GB"),
    ],
)  # fmt: skip
def test_the_limit_of_memory_rises_where_it_does_not_follow_the_request(system, request_, spread, flags):
    assert written(system, request_, replace(spread, lift_limit=True)) == flags


@pytest.mark.parametrize(
    ("system", "spread", "goes"),
    [
        ("slurm", ONE, True),
        ("lsf", ONE, False),
        ("lsf", FOUR_CORES, False),
        ("lsf", TWO_HOSTS, True),
        ("lsf", Spread(memory_per_task=True), True),
        ("loadleveler", ONE, False),
        ("loadleveler", TWO_HOSTS, True),
        ("kubernetes", ONE, False),
        ("kubernetes", Spread(memory_per_task=True), False),
        ("swf", ONE, False),
    ],
)
def test_with_other_cores_goes_other_memory_where_it_is_counted_by_them(system, spread, goes):
    assert memory_goes_with_cores(system, spread) is goes
