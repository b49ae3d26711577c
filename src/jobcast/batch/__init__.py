"""The live batch manager: the scheduling core on real clocks, machines and processes, with a journal."""
