"""A trace and a made clock drive the scheduling core, and measure what it does."""
