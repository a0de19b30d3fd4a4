"""Plan documents from outside: the words they are recognised by, the questions about them, and the files they come in."""
