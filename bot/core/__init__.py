"""The floor: pure rules. No await, no clock, no chance, no input or output."""
