"""LSF's listings, drawn from a snapshot, in LSF's own English words.

Layout and words follow bjobs(1) and its neighbours of IBM Spectrum LSF 10.1, and recorded output of a relative of LSF.
Not compared with a real LSF.
"""
