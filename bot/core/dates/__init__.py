"""Dates as plan documents write them: a small grammar of our own.

`numerals` and `lunar` are the tables below it, `grammar` says how phrases are built, `resolve` turns a phrase
into days, `reading` is the way in: a text and what is known about its year go in, what was found comes out.
"""
