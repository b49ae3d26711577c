"""The stubs of hooks: what stands on the submission path of each batch system, and how it gets there."""
