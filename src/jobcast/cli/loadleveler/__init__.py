"""LoadLeveler's commands: its own options and messages, over the batch manager."""
