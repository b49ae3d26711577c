"""Keeps Python's garbage collector from going through all steps: with thousands of them that takes it half a second.

Steps, and all that the manager keeps of them, are no cycles: they go when nobody holds them any more. What has lived
for some seconds is taken out of the collector's sight, so that it looks through what is new alone.
"""

import asyncio
import gc

_SECONDS = 5.0


async def keep_out_of_sight() -> None:
    """Do so until cancelled."""
    gc.collect()
    while True:
        gc.freeze()
        await asyncio.sleep(_SECONDS)
        gc.collect(1)
