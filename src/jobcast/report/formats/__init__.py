"""One report in every form that people and programs want."""
