"""The forecast service: HTTP over a Unix socket and TCP, in a few workers that share what they can."""
