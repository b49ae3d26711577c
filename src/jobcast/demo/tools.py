"""The tools that loom's people run, by made-up names, and how much memory and time they take.

Amounts are for a block of size 1, in the first stage, without flags.
"""

from dataclasses import dataclass

Factors = tuple[tuple[str, float], ...]
"""Words of a command, with the factor by which each moves the memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tool:
    """One program, and the distribution of what it needs."""

    queue: str
    """Where its jobs are sent."""
    command: str
    """With places for what its family has, and for {corner} and {run}, which each job draws."""
    base: float
    """GiB."""
    exponent: float
    """How memory follows the size of the block: 1 in proportion, 0 not at all."""
    noise: float
    """Sigma of the log-normal noise between runs that are otherwise the same."""
    hours: float
    """Median run time."""
    stages: Factors
    """What it can be run for, and by which factor that moves the memory; a family has one."""
    flags: Factors = ()
    """Each family has each flag with a chance of one in four."""
    cores: tuple[int, ...] = (1,)
    """Numbers of cores that a family may ask for, one of which it does."""
    most_elements: int = 1
    """Jobs in one array; 1 for tools that are not run as arrays."""
    nightly: bool = False
    """Started by a timer at night instead of by people in office hours."""
    interactive: bool = False
    """Somebody sits in front of it."""


TOOLS = {
    "lint": Tool(
        queue="short", command="lint -{stage} -f {block}.f -report lint_{run}.rpt",
        base=1.5, exponent=0.7, noise=0.04, hours=0.15, stages=(("rtl", 1.0), ("cdc", 2.2)), nightly=True,
    ),
    "rtlbuild": Tool(
        queue="normal", command="rtlbuild -full64 -top tb_{block} -{stage} -f {block}.f -o simv_{block}",
        base=3.0, exponent=0.8, noise=0.05, hours=0.3, stages=(("compile", 1.0), ("elaborate", 1.4)),
        flags=(("-debug", 1.4), ("-coverage", 1.2)), cores=(1, 4),
    ),
    "rtlsim": Tool(
        queue="regress", command="./simv_{block} +mode={stage} +seed={run} -l {stage}_{run}.log",
        base=0.9, exponent=0.6, noise=0.08, hours=0.25,
        stages=(("rtl", 1.0), ("power", 1.4), ("gates", 4.0)),
        flags=(("+waves", 1.6), ("+coverage", 1.25)), most_elements=20, nightly=True,
    ),
    "waves": Tool(
        queue="interactive", command="waves -{stage} -db simv_{block}.db",
        base=2.5, exponent=0.6, noise=0.4, hours=2.0, stages=(("trace", 1.0), ("signals", 1.5)),
        interactive=True,
    ),
    "prove": Tool(
        queue="formal", command="prove -batch {stage}_{block}.tcl -proj proof_{run}",
        base=3.0, exponent=0.6, noise=0.25, hours=1.0, stages=(("assert", 1.0), ("cover", 0.8)),
        cores=(1, 4, 8),
    ),
    "synth": Tool(
        queue="syn", command="synth -f scripts/{stage}.tcl -x 'set TOP {block}; set CORNER {corner}'",
        base=9.0, exponent=0.9, noise=0.05, hours=2.0,
        stages=(("elaborate", 0.5), ("compile", 1.0), ("incremental", 0.9)),
        flags=(("-flat", 1.3),), cores=(4, 8),
    ),
    "pnr": Tool(
        queue="pnr", command="pnr -init {stage}.tcl -design {block} -cpu {cores} -log logs/{stage}_{run}",
        base=14.0, exponent=0.95, noise=0.06, hours=5.0,
        stages=(("floorplan", 0.5), ("place", 1.0), ("clock", 1.2), ("route", 1.6), ("signoff", 2.1)),
        cores=(8, 16),
    ),
    "sta": Tool(
        queue="sta", command="sta -f {stage}.tcl -x 'set TOP {block}; set CORNER {corner}' -log {corner}.log",
        base=8.0, exponent=1.0, noise=0.04, hours=1.0,
        stages=(("setup", 1.0), ("hold", 0.95), ("crosstalk", 1.6)), cores=(4, 8),
    ),
    "drc": Tool(
        queue="pnr", command="drc -{stage} -hier -turbo {cores} {block}.rules",
        base=6.0, exponent=0.9, noise=0.1, hours=1.5, stages=(("rules", 1.0), ("lvs", 1.3), ("fill", 2.0)),
        cores=(8, 16),
    ),
    "spice": Tool(
        queue="analog", command="spice +mt={cores} {block}_{stage}.scs -raw psf/{run} -D corner={corner}",
        base=0.4, exponent=0.5, noise=0.15, hours=0.6,
        stages=(("transient", 1.0), ("montecarlo", 0.8), ("noise", 1.3)), cores=(1, 2, 4), most_elements=12,
    ),
    "report": Tool(
        queue="short", command="python3 /proj/{project}/flow/{stage}.py --block {block} --run {run}",
        base=0.15, exponent=0.3, noise=0.2, hours=0.006, stages=(("parse", 1.0), ("merge", 4.0)),
    ),
}  # fmt: skip

CORNERS: Factors = (
    ("tt_0p75v_25c", 1.0),
    ("ss_0p67v_125c", 1.12),
    ("ss_0p67v_m40c", 1.18),
    ("ff_0p83v_125c", 0.94),
    ("ff_0p83v_m40c", 0.9),
)
"""Process, voltage and temperature for which a circuit is computed, where the command names them."""
