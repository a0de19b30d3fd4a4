"""Words, questions and groups: TOML written by people who do not program, and what reads it.

`loader` is the way in. No code here knows a rule of the product beyond what makes a file usable.
"""
