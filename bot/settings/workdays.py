"""Working days as the office's configuration has them, for whoever reckons with them."""

from bot.core.workdays import Calendar
from bot.settings import Settings


def calendar_of(settings: Settings) -> Calendar:
    """The published holidays with the office's own days."""
    return Calendar(
        off=frozenset(day for year in settings.holidays for day in year.off),
        work=frozenset(day for year in settings.holidays for day in year.work),
    )
