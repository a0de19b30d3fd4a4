"""What strangers send: the parsers that read it, a corpus, and two ways to spoil it."""
