"""The engine in plain Python: the reference that the compiled one is held against, and quick enough by itself."""
