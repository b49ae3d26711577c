"""The layout of a JOB_FINISH record of lsb.acct, as one pattern.

Source: lsb.acct(5) of LSF 5.1 to 10.1, whose records only ever grew at the end, and recorded files; the
names are the manual's. The openlava line lacks one field, timeEvent.

One pattern for the whole record is three times faster than splitting it into its hundred fields, and it
can't lose its way: a quote too many in one record never hides the next one.
"""

import re

# Only single characters are repeated possessively: Python before 3.11.5 goes wrong over groups that are
# (https://github.com/python/cpython/issues/106052). What follows a group tells at once where it ended.
_KINDS = {
    "text": r'"([^"]*+(?:""[^"]*+)*)"',
    "time": r"(\d{1,11}+)",
    "count": r"(\d{1,9}+)",
    "number": r"(-?\d{1,15}+)",
    "real": r"(-?\d{1,15}+(?:\.\d*+)?)",
    # How many, and then that many; what follows is never of their kind, so that nobody need count.
    "texts": r'\d++((?: ++"[^"]*+")*)',
    "pairs": r'\d++((?: ++\d++ ++"[^"]*+(?:""[^"]*+)*")*)',
    # The manual has four numbers for each host, recorded files of LSF 9.1 have five.
    "usages": r'\d++((?: ++"?[A-Za-z][^ "]*+"?(?: ++-?[\d.]++){4,5})*)',
}
"""What fields look like. Figures are bounded, so that each one fits its column of the history."""


def _pattern(layout: str) -> str:
    """Return a pattern for fields written as ``name:kind``; those with a ``!`` behind are captured."""
    fields = [word.partition(":") for word in layout.split()]
    return " ++".join(
        _KINDS[kind[:-1]].replace("(", f"(?P<{name}>", 1)
        if kind.endswith("!")
        else _KINDS[kind].replace("(", "(?:", 1)
        for name, _, kind in fields
    )


_CORE = _pattern(
    """
    eventTime:time! jobId:number! userId:number options:number! numProcessors:count!
    submitTime:time! beginTime:number termTime:number startTime:time! userName:text! queue:text!
    resReq:text! dependCond:text preExecCmd:text fromHost:text cwd:text! inFile:text outFile:text
    errFile:text jobFile:text askedHosts:texts execHosts:texts! jStatus:count! hostFactor:real
    jobName:text! command:text! ru_utime:real! ru_stime:real! ru_maxrss:real ru_ixrss:real ru_ismrss:real
    ru_idrss:real ru_isrss:real ru_minflt:real ru_majflt:real ru_nswap:real ru_inblock:real
    ru_oublock:real ru_ioch:real ru_msgsnd:real ru_msgrcv:real ru_nsignals:real ru_nvcsw:real
    ru_nivcsw:real ru_exutime:real mailUser:text projectName:text! exitStatus:number!
    maxNumProcessors:number loginShell:text
    """
)
_TIME_EVENT = _pattern("timeEvent:text")
_MEASURED = _pattern("idx:count! maxRMem:number! maxRSwap:number")
_SINCE_7 = _pattern(
    """
    inFileSpool:text commandSpool:text rsvId:text sla:text exceptMask:number additionalInfo:text
    exitInfo:count! warningAction:text warningTimePeriod:number chargedSAAP:text! licenseProject:text
    app:text postExecCmd:text runtimeEstimation:number jobGroupName:text requeueEvalues:text
    options2:number resizeNotifyCmd:text lastResizeTime:number rsvId:text jobDescription:text!
    """
)
# The manual puts options3 before runLimit; recorded files of 9.1 and 10.1 have them as they stand here.
_SINCE_9 = _pattern(
    "submitEXT:pairs hostRusage:usages runLimit:number! options3:number avgMem:number! effectiveResReq:text!"
)
_RECORD = re.compile(
    rf'"JOB_FINISH" "[0-9.]+" ++{_CORE}(?: ++{_TIME_EVENT})? ++{_MEASURED}(?= |$)'
    rf"(?: ++{_SINCE_7}(?: ++{_SINCE_9})?)?",
    re.MULTILINE,
)

Fields = tuple[str | None, ...]
"""The texts of one record's captured fields, in the order of `CAPTURED`; None where a version has none."""

CAPTURED = tuple(_RECORD.groupindex)
"""The manual's names of the fields that count here."""


def read_fields(text: str) -> Fields | None:
    """Take a record apart, or return None when it is not as one should be."""
    match = _RECORD.match(text)
    return match.groups() if match else None
