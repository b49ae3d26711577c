"""All drivers, to be seen at a glance."""

from jobcast.systems.base import BatchSystem, FileFormat

BATCH_SYSTEMS: dict[str, BatchSystem] = {}

FILE_FORMATS: dict[str, FileFormat] = {}
