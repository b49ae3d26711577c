"""Kubernetes at the moment of submission: what an API server asks a mutating webhook, and what it is answered."""
