"""LoadLeveler at the moment of submission: what a submit filter sends, and what it is answered."""
