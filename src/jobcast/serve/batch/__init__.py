"""The batch manager over HTTP: orders, snapshots, the past and a stream of what happens."""
