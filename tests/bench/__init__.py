"""The benchmark suite: every figure is a ratio to its floor, measured side by side in one pinned run."""
