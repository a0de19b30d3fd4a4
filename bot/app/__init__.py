"""The wiring: the only place that knows everybody, and the only one with a clock."""
