"""The calendar's commands. What they answer reads dates and plans, and is imported with the first of them: a house
without a plan starts as fast as before.
"""

import re

from bot.content.plan.sent import read
from bot.core.people import Deed
from handlers.desk.base import Answer, Asking, Command


def _schedule(asking: Asking) -> Answer:
    from handlers.desk.schedule import schedule

    return schedule(asking)


def _look(asking: Asking) -> Answer:
    from handlers.desk.schedule import look

    return look(asking)


def _node(asking: Asking) -> Answer:
    from handlers.desk.node import node
    from handlers.desk.schedule import schedule

    return node(asking) if asking.rest else schedule(asking)


def _plans(asking: Asking) -> Answer:
    from handlers.desk.review import plans

    return plans(asking)


_DATE = re.compile(r"月\s*(?:\d|[上中下]旬|底|初|份)|\d\s*月")


def _is_a_plan(text: str) -> bool:
    """A pasted plan is long and full of dates; whatever it is, it is asked about before anything is made of it."""
    return len(text) > 200 and len(_DATE.findall(text)) > 3


def _take_in(asking: Asking) -> Answer:
    from handlers.desk.review import take_in

    return take_in(asking)


SCHEDULE = Command(
    name="schedule",
    words=("日程", "日历", "calendar", "schedule"),
    deed=Deed.SEE_CALENDAR,
    answer=_schedule,
    aloud=True,
)
LOOK_BACK = Command(
    name="look_back",
    words=("回头看", "回看", "lookback"),
    deed=Deed.LOOK_BACK,
    answer=_look,
)
PLANS = Command(
    name="plans",
    words=("方案", "plans"),
    deed=Deed.SEE_CALENDAR,
    answer=_plans,
    menu=False,
)
TAKE_IN = Command(
    name="import_plan",
    words=("导入方案", "plan"),
    deed=Deed.IMPORT_PLAN,
    answer=_take_in,
    reads=read,
    knows=_is_a_plan,
)
NODE = Command(
    name="node", words=("节点", "node"), deed=Deed.SEE_CALENDAR, answer=_node, menu=False
)
