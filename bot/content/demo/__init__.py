"""The invented town of the demo."""
