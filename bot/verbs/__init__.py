"""The commands of `tingwen`, a file each: `arguments(parser)` says what may follow, `run(args)` does it.

`bot.__main__` imports the one that was asked for, so that `tingwen --help` stays quick.
"""
