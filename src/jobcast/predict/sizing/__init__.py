"""How much memory to ask for: the cheapest amount for the next run of a family, learnt run by run.

`sizer` keeps what is known of each family; `candidates` imagine how large the next run may be, `allocation`
finds the cheapest amount for what was imagined, `selector` remembers whose advice was cheapest so far.
`baselines` holds the rules of thumb and published methods that it is judged against.
"""
