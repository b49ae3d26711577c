"""The parent of all jobs of a machine: a process of the standard library alone that outlives the batch manager.

Nothing here imports anything else of jobcast, so that what runs stays small and isn't touched by an upgrade.
"""
