"""IBM Spectrum LSF and its relatives (Platform LSF, openlava, volclava): their records, text and settings."""
