"""A made-up co-located cluster, in the format of cluster-trace-v2018, and the truth about it.

Nothing here is measured anywhere. One seed gives the same bytes. In words:

*Pressure* is what containers want of a machine, as a share of it: the machine's own level, a rhythm of the day,
bursts of the whole cluster, longer bursts of single racks, and noise that stays for a while. It is the same for
five minutes. What is beyond 0.75 is strain. Machines and containers are read every five minutes, with noise, gaps
and marks of bad readings.

*Jobs* are of four classes (`families.NATURES`) and of families: the same graph and plan, many of them at the same
time each day; most families are run once or twice. What a plan asks for tells little of what is used. Tasks begin
when those are over that they wait for; the instances of a job run in one rack, those of long jobs anywhere.

*Failing*: while an instance runs on a strained machine a clock runs for its job, as fast as the mean strain, the
family's frailty and the job's memory beside its family make it. The job fails with the probability
1 - exp(-time on that clock), which is the risk in the truth. The pace of the clocks is set by class, by a trial
run, so that the share of the paper fails. Instances with much memory are likelier to be evicted than others of
their job. They are paused and evicted, or sent away before they run; they wait, and run again on another machine,
longer than they would have.

What is left out: what the batch jobs themselves take of a machine is not added to its readings, no scheduler
chooses machines, and the order in which jobs come does not depend on how earlier ones fared.
"""
