"""The clock struck: everything that is due by now, each thing once, however late or often the bell rings.

    rounds open (their people are divided) · ticks release · the week closes and a draft lies on the
    desk · nobody has sent it by five · nodes of the calendar fall due · replies of holders reach the office, once a day · parcels arrive · drafts whose
    deadline nobody watched are looked at · old inbox keys burn

What speaks to everybody (waves, tellings, what goes back to whole units) may take most of an hour, for a platform takes
thirty messages a second. It is rung for beside the rest, or the week would not close while a county is reminded.

Each chore stands alone: one that fails is logged and tried at the next ring, and does not keep the others.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.core.messages import Address
from bot.core.people import Deed, Role
from bot.core.periods import Period
from bot.core.round import Round
from bot.core.survey import APPRAISAL
from bot.core.workdays import Calendar
from handlers import (
    appointment,
    appraisal,
    dialogue,
    digest,
    page,
    rectification,
    survey,
    themes,
    urgent,
)
from handlers.campaign import NodeReminders
from handlers.delivery import Carrier, Deliveries
from handlers.digest import Almanac
from handlers.echo import Echoes
from handlers.front import Front
from handlers.papers import Press
from handlers.round import Reminders, kept
from handlers.tick import tick
from handlers.wish import Tellings
from storage.database import Database, Tx
from storage.retention import Retention
from storage.unit_of_work import Work
from storage.vault import Tick

log = logging.getLogger(__name__)

DAY = 86400

EPOCH = date(1970, 1, 1)

TALKS = time(8)
"""When the talk tick is, each day in the office's time: what was replied until then is there when the office opens."""
MOST_EXAMPLES = 3000
"""Decisions the sorting learns from, the newest; it takes seconds."""


@dataclass(frozen=True, slots=True)
class MidWeek:
    """A tick between two closings: it releases, and makes no digest."""

    weekday: int = 2
    at: time = time(15)


class Chores:
    """What the bell rings for."""

    def __init__(
        self,
        front: Front,
        database: Database,
        almanac: Callable[[], Almanac],
        reminders: Reminders,
        nodes: NodeReminders,
        deliveries: Deliveries,
        carrier: Carrier,
        tellings: Tellings,
        echoes: Echoes,
        clock: Callable[[], float],
        awake: Callable[[datetime], bool] = lambda _: True,
        midweek: MidWeek | None = None,
        visiting: appointment.House | None = None,
    ) -> None:
        self._front = front
        self._database = database
        self._almanac = almanac
        self._reminders = reminders
        self._nodes = nodes
        self._deliveries = deliveries
        self._carrier = carrier
        self._tellings = tellings
        self._echoes = echoes
        self._clock = clock
        self._awake = awake
        self._midweek = midweek or MidWeek()
        self._visiting = visiting
        self._press = Press()
        self._swept = 0

    async def due(self) -> None:
        """Do all that is due and soon done."""
        await self._each(
            self._call,
            self._open,
            self._tick,
            self._close,
            self._review,
            self._follow_up,
            self._count,
            self._visit,
            self._calendar,
            self._talk,
            self._deliver,
            self._hand_back,
            self._learn,
        )

    async def speak(self) -> None:
        """Speak to everybody who is to be spoken to; and what is done once a day, whenever."""
        await self._each(self._remind, self._tell, self._sweep)

    def rest(self) -> None:
        """The service stops: speak to nobody more than to whom it has begun to."""
        self._reminders.rest()

    async def _each(self, *chores: Callable[[datetime], Awaitable[None]]) -> None:
        now = datetime.fromtimestamp(self._clock(), UTC)
        for chore in chores:
            await self._alone(chore, now)

    async def _alone(self, chore: Callable[[datetime], Awaitable[None]], now: datetime) -> None:
        try:
            await chore(now)
        except Exception:
            log.exception("a chore failed")

    async def _call(self, now: datetime) -> None:
        """Whoever is on duty hears at once of what cannot wait, and the office when nobody takes it."""
        almanac = self._almanac()

        def called(tx: Tx) -> bool:
            return urgent.call(Work(tx), almanac.parents, almanac.units, now.timestamp())

        if await self._database.write(called):
            await self._deliveries.due()

    async def _hand_back(self, _now: datetime) -> None:
        """Who brought a file hears what became of it, also when they come later."""
        self._front.tell_importers()

    async def _open(self, now: datetime) -> None:
        """Divide the people of rounds that are open; everybody sees the rounds as they are kept now."""
        agenda = self._front.agenda

        def opened(tx: Tx) -> tuple[tuple[Round, str], ...]:
            work = Work(tx)
            found = kept(work)
            for one, _ in found:
                if one.open(now):
                    survey.open_vault(work, agenda, one.script)
            return found

        self._front.rounds_are(await self._database.write(opened))

    async def _tick(self, now: datetime) -> None:
        """The last tick that was planned by now, of every round; the last one of rounds that are over."""
        almanac = self._almanac()
        over = almanac.last_closed(now)
        middle = self._last_midweek(now, almanac)
        closing = middle is None or over.closes > middle
        moment = over.closes if middle is None or closing else middle
        period = over if closing else almanac.current(now)
        for one, _ in await self._kept():
            if one.opens is not None and one.opens > moment and not _over(one, now):
                continue
            if one.script.survey.id == APPRAISAL and not _over(one, now):
                continue  # all votes are let out together
            wish = self._wish(one, moment, period, now, almanac)
            await tick(self._database, one.id, wish)

    def _wish(
        self, one: Round, moment: datetime, period: Period, now: datetime, almanac: Almanac
    ) -> Tick:
        standing = one.id == self._front.agenda.word.id
        if _over(one, now) and one.closes is not None and one.closes > moment:
            moment, period = one.closes, almanac.current(one.closes - timedelta(microseconds=1))
            if period.closes <= now:
                period = almanac.current(now)
        return Tick(
            name=moment.astimezone(UTC).isoformat(timespec="seconds"),
            period=period.name.isoformat(),
            last=_over(one, moment),
            standing=standing,
        )

    def _last_midweek(self, now: datetime, almanac: Almanac) -> datetime | None:
        local = now.astimezone(almanac.rhythm.zone)
        for back in range(8):
            day = local.date() - timedelta(days=back)
            moment = datetime.combine(day, self._midweek.at, almanac.rhythm.zone)
            if day.weekday() == self._midweek.weekday and moment <= now:
                return moment if almanac.calendar.is_workday(day) else None
        return None

    async def _close(self, now: datetime) -> None:
        """The week has closed: one draft, and the office is told, each of them once."""
        almanac = self._almanac()
        period = almanac.last_closed(now)
        staff, standing = self._front.drafters(), self._front.agenda.word.id

        if not await self._database.write(lambda tx: _drafted(Work(tx), period)):
            await self._alone(lambda _: self._gather(period), now)

        def closed(tx: Tx) -> bool:
            work = Work(tx)
            born = [one.opens for one, _ in kept(work) if one.id == standing]
            if any(opens is not None and opens >= period.closes for opens in born):
                return False  # nobody could have said anything to us yet
            if not _drafted(work, period):
                coming = almanac.current(period.closes).name
                work.intakes.put_off(period.name.isoformat(), coming.isoformat())
            made = digest.draft(work, almanac, period)
            draft = work.digests.find(period.name.isoformat())
            if draft is not None and not draft.sent:
                digest.announce(work, draft.period, staff)
            return made

        await self._database.write(closed)

    async def _review(self, now: datetime) -> None:
        """A draft that nobody sends is not forgotten: the office is told, and its deputy."""
        almanac = self._almanac()
        period = almanac.last_closed(now)
        told = self._front.over(almanac.top, Deed.HEAR_UNSENT)
        await self._database.write(
            lambda tx: digest.remind_unsent(Work(tx), almanac, period, now, told)
        )

    async def _gather(self, period: Period) -> None:
        """What says the same stands together, before anything is counted. Without it there is a digest all the same."""
        await themes.gather_week(self._database, self._press, period.name.isoformat())
        almanac, offices = self._almanac(), self._front.holding(Role.OFFICE)
        await self._database.write(
            lambda tx: rectification.come_back(
                Work(tx), period.closes.date(), almanac.period_of, offices
            )
        )

    async def _learn(self, _: datetime) -> None:
        """What the office decided about topics, the sorting knows from now on."""
        readings = self._front.readings
        if readings.wants_to_learn and not readings.learning:
            readings.teach(
                await self._database.write(
                    lambda tx: Work(tx).decisions.examples(MOST_EXAMPLES)
                )
            )

    async def _follow_up(self, now: datetime) -> None:
        """Notices come down and are rated; those who owe something on the list are reminded."""
        almanac, offices = self._almanac(), self._front.holding(Role.OFFICE)
        today = now.astimezone(almanac.rhythm.zone).date()

        def followed(tx: Tx) -> None:
            rectification.follow_up(
                Work(tx),
                today,
                awake=self._awake(now),
                first_of_week=lambda day: _first_of_week(day, almanac.calendar),
                offices=offices,
            )

        await self._database.write(followed)

    async def _count(self, now: datetime) -> None:
        """Appraisals whose votes are out are counted, and whoever may see them is told."""
        today = now.astimezone(self._almanac().rhythm.zone).date()
        await self._database.write(lambda tx: appraisal.count(Work(tx), self._sees, today))

    def _sees(self, unit: str) -> tuple[Address, ...]:
        return self._front.may(Deed.SEE_APPRAISAL, unit)

    async def _visit(self, now: datetime) -> None:
        """Visiting days: the next ones of a rule, reminders to those who come, the list for whoever receives."""
        house = self._visiting
        if house is not None:
            offices, awake = self._front.holding(Role.OFFICE), self._awake(now)
            await self._database.write(
                lambda tx: appointment.due(Work(tx), house, now, offices, awake=awake)
            )

    async def _remind(self, now: datetime) -> None:
        await self._reminders.due(now)

    async def _calendar(self, now: datetime) -> None:
        await self._nodes.due(now)

    async def _talk(self, now: datetime) -> None:
        """Once a day what holders of receipts replied reaches the office."""
        day = self._talk_day(now)
        await dialogue.hand_on(
            self._database,
            (day - EPOCH).days,
            day.isoformat(),
            talkers=self._front.may(Deed.TALK),
            readers=self._front.may(Deed.SEE_SIGNED),
        )

    async def _tell(self, now: datetime) -> None:
        """Who wishes it is told what there is to tell, once enough do; and whole units and groups, what they had raised."""
        day = (self._talk_day(now) - EPOCH).days
        await self._tellings.due(now, day)
        await self._echoes.due(now, day)

    def _talk_day(self, now: datetime) -> date:
        """The day of the last talk tick."""
        local = now.astimezone(self._almanac().rhythm.zone)
        return local.date() if local.time() >= TALKS else local.date() - timedelta(days=1)

    async def _deliver(self, _: datetime) -> None:
        almanac = self._almanac()
        await self._database.write(lambda tx: digest.hand_apart(Work(tx), almanac))
        self._carrier.ring()
        await self._deliveries.due()

    async def _sweep(self, now: datetime) -> None:
        """Once a day: old inbox keys burn, links of rounds that are over end, and deadlines nobody watched are taken up."""
        today = int(now.timestamp() // DAY)
        if today == self._swept:
            return
        await self._database.write(lambda tx: Retention(tx).end(now.timestamp()))
        await self._take_back(now)
        await self._front.look_again()
        self._swept = today

    async def _take_back(self, now: datetime) -> None:
        rounds, after = self._front.agenda.rounds, b""
        while after is not None:
            after = await self._database.write(
                lambda tx, after=after: page.take_back(Work(tx), rounds, now.timestamp(), after)
            )

    async def _kept(self) -> tuple[tuple[Round, str], ...]:
        return await self._database.write(lambda tx: kept(Work(tx)))


def _first_of_week(day: date, calendar: Calendar) -> bool:
    """The week's first working day."""
    before = (day - timedelta(days=n) for n in range(1, day.weekday() + 1))
    return calendar.is_workday(day) and not any(map(calendar.is_workday, before))


def _drafted(work: Work, period: Period) -> bool:
    return period.name.isoformat() in work.digests.periods()


def _over(one: Round, now: datetime) -> bool:
    return one.closes is not None and one.closes <= now
