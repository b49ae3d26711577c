"""One module for each batch system or file format: what to ask, how to read it. Only `run` runs anything."""
