"""A made-up chip-design cluster named loom: what its people run, what they ask for, what their jobs use.

Nothing here is measured anywhere. One seed gives the same history, byte for byte. Where amounts come from:

The *amount without noise* of a job's peak memory, which the history never tells, is

    the tool's base x (size of the block that day) ^ the tool's exponent
    x stage x flags x corner x the family's own factor

The tool's figures stand in `jobcast.demo.tools`. Block sizes are log-normal around 1 (sigma 0.7); the top of
a chip is 4. In the course of the history a block grows evenly by up to a third, and every third block jumps
once by a fifth to a half. The family's own factor is log-normal (sigma 0.25): a constant that only its
earlier runs reveal.

The *amount needed* is that times the noise between runs, log-normal with the tool's sigma, and twice to
four times as much in one run of 200: an outlier that nobody can foresee.

The *request* is a habit. A third of the families ask for nothing. The others multiply what the first run
needs: generous people by about 4 (log-normal, sigma 0.5), rounded up to a power of two GiB, three in five;
people with one number for everything by nothing at all: 64 GiB, one in five; careful people by 1.25, one in
five. Whoever has outgrown a request doubles it. Run limits are asked for by two families in five.

The *run time* is log-normal (sigma 0.35) around the tool's hours x (size x stage) ^ 0.5. One job of 40
crashes on the way, one of 120 is killed by its owner. A job that needs more memory than it asked for is
killed at the request, one that runs longer than its limit is killed at the limit. Jobs shorter than 15 s end
before their memory is looked at.

Saturdays and Sundays see a third of a working day's submissions. Waits are drawn too: no scheduler was
asked, and no machine counted.
"""
