"""Papers as docx, in the form of GB/T 9704-2012: the digest, the personal file, the notice for the leading team.

The same snapshot always gives the same bytes.
"""

from bot.reports.document.apart import personal, team
from bot.reports.document.weekly import weekly

__all__ = ["personal", "team", "weekly"]
