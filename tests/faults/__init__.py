"""Faults done to a running service on purpose: `./run faults`."""
