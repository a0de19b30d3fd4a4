"""Papers: a finished `Digest` and the words in, bytes out. Nothing here counts, asks a clock or knows a person."""
