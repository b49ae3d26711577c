"""Packed files that are damaged at a chosen place."""

import zlib


def cut_behind(content: bytes) -> bytes:
    """Return the beginning of a gzip file of which exactly `content` can be read."""
    packer = zlib.compressobj(wbits=31)
    return packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)
