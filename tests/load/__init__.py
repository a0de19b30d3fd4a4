"""A county's evening on one machine: `./run load`."""
