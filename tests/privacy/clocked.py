"""`tingwen`, on a day of the test's choosing: a child process of the black-box tests.

python -m tests.privacy.clocked SECONDS VERB ...     the clock is so many seconds ahead of the wall's
"""

import sys

import bot.app.clock
from bot.__main__ import main


class Ahead(bot.app.clock.Clock):
    """The clock of that day."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = float(sys.argv[1])


if __name__ == "__main__":
    bot.app.clock.Clock = Ahead
    sys.exit(main(sys.argv[2:]))
