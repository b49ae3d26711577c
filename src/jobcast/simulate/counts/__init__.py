"""The fast engine that counts processors only: no machines, no memory, exact to the published figures."""
