"""A plan document as data: `text` finds its outline, `table` its node tables, `items` its dated items.

`checks` says what in it does not fit. What comes in is a neutral list of paragraphs and tables; which file it stood
in is the business of `bot/content/plan`.
"""
