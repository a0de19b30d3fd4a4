"""What comes by other ways than the chat: meetings, letters, visits, calls, tickets of the town's hotline.

Lines become opinions (`splitting`), rows become opinions (`columns`), and `model` says what is known of where they came
from. Whoever enters them knows who said them, so nothing here is anonymous; it is masked and sorted like all else.
"""
