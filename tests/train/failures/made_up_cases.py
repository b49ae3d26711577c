"""Cases made up from a seed, with known truth: heavy and long jobs fail, light ones never do."""

import numpy as np

from jobcast.train.failures.cases import Cases, Vantage

FEATURES = ("plan_cpu", "plan_mem", "hour", "machine_cpu", "noise")
DAY = 86_400


def chances(cases: Cases) -> np.ndarray:
    """Return the true chance of each job, from which its outcome was drawn."""
    return true_chance(cases.matrix[:, 1], cases.matrix[:, 3])


def true_chance(plan_mem: np.ndarray, machine_cpu: np.ndarray) -> np.ndarray:
    """Return the chance of jobs: none for light ones, rising with the pressure of the machine for others."""
    pressed = 1 / (1 + np.exp(-(machine_cpu - 70) / 8))
    return np.where(plan_mem < 1, 0.0, np.minimum(0.02 + 0.5 * pressed * plan_mem / 4, 0.95))


def made_up_cases(jobs: int, *, seed: int = 1, vantage: Vantage = Vantage.SUBMISSION) -> Cases:
    """Return so many cases over ten days: three sizes of jobs, of which the lightest never fails."""
    random = np.random.default_rng(seed)
    size = random.choice(3, jobs, p=[0.5, 0.35, 0.15])
    plan_mem = np.array([0.5, 2.0, 4.0])[size] * random.uniform(0.9, 1.1, jobs)
    plan_cpu = np.array([50, 100, 400])[size] * random.uniform(0.5, 1.5, jobs)
    machine_cpu = random.uniform(20, 95, jobs)
    asked = np.sort(random.integers(0, 10 * DAY, jobs))
    run_time = np.exp(random.normal([3.0, 5.0, 8.0], [0.3, 0.4, 0.5], (jobs, 3))[np.arange(jobs), size])
    chance = true_chance(plan_mem, machine_cpu)
    failed = random.random(jobs) < chance
    measured = np.stack([run_time, plan_cpu * 0.8, plan_mem * 0.9, np.array([1, 4, 30])[size]], axis=1)
    matrix = np.stack([plan_cpu, plan_mem, asked // 3600 % 24, machine_cpu, random.normal(size=jobs)], axis=1)
    return Cases(
        vantage=vantage,
        features=FEATURES,
        matrix=matrix.astype(np.float32),
        failed=failed,
        asked=asked.astype(np.int64),
        finished=(asked + run_time).astype(np.int64) + 1,
        measured=measured.astype(np.float32),
        cost=run_time * plan_cpu / 100,
        reason=np.where(failed, random.choice(["memory_limit", "node"], jobs), ""),
        rivals={"family_rate": np.where(random.random(jobs) < 0.1, np.nan, chance / 2)},
    )
