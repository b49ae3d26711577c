"""LSF at the moment of submission: what bsub tells an esub, and what an esub may tell bsub.

Sources: "External job submission and execution controls" of LSF 7.3 and 10.1, bsub(1), lsf.conf(5), and the
sources of volclava 2.2, which is of the openlava line. Nothing here was run against IBM LSF.

bsub writes the submission into LSB_SUB_PARM_FILE and reads what to change from LSB_SUB_MODIFY_FILE, both lines
of ``NAME=value``. In the first the quotes within a quoted value are escaped, but not all versions escape them in
LSB_SUB_COMMAND_LINE. In the second numbers stand bare, else volclava does not take them, and a quoted value
ends at the first quote, whatever stands before it. So what is written here is free of quotes and backslashes,
and of all that a shell would expand: an esub that runs later may source the file.

- LSB_SUB_COMMAND_LINE is there only where lsf.conf says LSB_SUB_COMMANDNAME=Y; without it no command is known.
- LSB_SUB_RES_REQ (``-R``): several ``-R`` come as one text. Amounts with a unit are understood from 10.1.0.2 on, so
  a bare number is written, in the unit of the site: in any version that means the same.
- LSB_SUB_RLIMIT_RUN (``-W``) is in seconds, though ``-W`` is in minutes. LSF scales it by the speed of hosts unless
  ABS_RUNLIMIT=Y.
- LSB_SUB_RLIMIT_RSS (``-M``) is a bare number in LSF_UNIT_FOR_LIMITS, or KB where that is not set. LSF hands it to
  the operating system as a limit of each process; with LSB_JOB_MEMLIMIT or LSB_MEMLIMIT_ENFORCE it is of the
  whole job, with LSB_RESOURCE_ENFORCE="memory" it is multiplied by the tasks on each host unless ``-hl`` is given.
  The memory of the whole job is too little in none of these.
- LSB_SUB_JOB_DESCRIPTION (``-Jd``) is known to LSF from version 8 on; volclava passes over it.
"""
