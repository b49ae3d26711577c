"""A trace of two jobs on two machines, small enough to be reckoned by hand."""

from pathlib import Path

INSTANCES = """\
ins_1,M1,j_1,1,Terminated,1000,1030,m_1,1,1,100,150,0.2,0.3
ins_2,M1,j_1,1,Terminated,1010,1100,m_2,1,1,50,60,0.4,0.5
ins_3,R2_1,j_1,1,Terminated,1100,1200,m_1,1,1,,,,
ins_63835109,M1,j_2,1,Failed,2000,2609,m_1,1,2,58,80,0.31,0.4
ins_63835109,M1,j_2,1,Terminated,2610,3806,m_2,2,2,58,80,0.31,0.4
"""
TASKS = """\
M1,2,j_1,1,Terminated,1000,1100,100,0.3
R2_1,1,j_1,2,Terminated,1100,1200,50,0.5
M1,1,j_2,1,Terminated,2000,3806,100,0.4
"""
MACHINES = """\
m_1,900,20,40,,,1.5,2.5,3
m_1,990,30,50,,,1.5,2.5,-1
m_2,1005,60,80,,,,,
m_1,1050,99,99,,,,,
m_2,2600,10,10,2,4,,,
"""
CONTAINERS = """\
c_1,m_1,950,10,20,1.1,,,,,
c_2,m_1,960,30,40,1.3,,,,,
c_1,m_1,1001,90,90,,,,,,
c_3,m_2,1010,50,60,,,,,,101
"""
TABLES = {
    "batch_instance": INSTANCES,
    "batch_task": TASKS,
    "machine_usage": MACHINES,
    "container_usage": CONTAINERS,
}


def write(folder: Path, **other: str) -> Path:
    """Write the trace to `folder`, with `other` tables instead of its own."""
    for name, text in (TABLES | other).items():
        (folder / f"{name}.csv").write_text(text)
    return folder
