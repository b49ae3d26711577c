"""LoadLeveler: its configuration and its job command files, read into what the scheduling core decides by."""
