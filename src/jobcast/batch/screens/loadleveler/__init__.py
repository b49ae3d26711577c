"""What LoadLeveler's commands show, drawn from a snapshot in IBM's own words, since scripts parse them.

Formats are those of the manuals (*Using and Administering LoadLeveler*) and of recorded outputs of sites.
"""
