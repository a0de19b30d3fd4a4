"""The peer: the same survey as a bot that one would usually write with python-telegram-bot.

A ConversationHandler with its states, PicklePersistence at its defaults, and a commit of aiosqlite for each answer before the
next question is asked (write-ahead log, synchronous=FULL: what it has answered to is on the disk). It masks, sorts and seals
nothing: who said what stands in its table in the open. `python -m tests.bench.conversation BASE FOLDER` runs it.
"""

import sys
from pathlib import Path
from typing import Any

import aiosqlite
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ConversationHandler,
    ExtBot,
    MessageHandler,
    PicklePersistence,
    filters,
)

from tests.channels.telegram.botapi import TOKEN

ROLE, GROUP, UNIT, ASKING, PREVIEW = range(5)
ROLES = ("家长", "教职工")
GROUPS = ("普通党员", "一线教师", "老同志")
UNITS = ("第一小学", "第二小学", "不说明")
QUESTIONS = (
    "这一年，局里和学校在作风、服务上，哪些做得好、有变化？",
    "哪些事让您觉得不顺心、不公平、有怨气？",
    "您身边作风上最突出的毛病是什么？",
    "您和同事最需要局里、学校帮着做什么？",
    "您有什么好主意？",
)
TABLES = """
CREATE TABLE IF NOT EXISTS answer (person INTEGER, question INTEGER, text TEXT, at TEXT DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE IF NOT EXISTS submission (person INTEGER, role TEXT, grp TEXT, unit TEXT, at TEXT DEFAULT CURRENT_TIMESTAMP);
"""


class Survey:
    """Its steps. Each takes what was said or tapped, keeps it, asks the next thing and names the state that follows."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._db: aiosqlite.Connection

    async def open(self, _: Any) -> None:
        self._db = await aiosqlite.connect(self._file)
        await self._db.execute("PRAGMA journal_mode=WAL")
        await self._db.execute("PRAGMA synchronous=FULL")
        await self._db.executescript(TABLES)

    async def close(self, _: Any) -> None:
        await self._db.close()

    async def begin(self, update: Update, context: Any) -> int:
        context.user_data.clear()
        await _say(update, "您是？", *ROLES)
        return ROLE

    async def role(self, update: Update, context: Any) -> int:
        context.user_data["role"] = await _heard(update)
        await _say(update, "哪一类？", *GROUPS)
        return GROUP

    async def group(self, update: Update, context: Any) -> int:
        context.user_data["group"] = await _heard(update)
        await _say(update, "哪个单位？", *UNITS)
        return UNIT

    async def unit(self, update: Update, context: Any) -> int:
        context.user_data["unit"] = await _heard(update)
        return await self._ask(update, context, 0)

    async def answer(self, update: Update, context: Any) -> int:
        said, number = await _heard(update), context.user_data["question"]
        if said == "先交":
            return await self._preview(update, context)
        assert update.effective_user
        await self._db.execute(
            "INSERT INTO answer (person, question, text) VALUES (?, ?, ?)",
            (update.effective_user.id, number, said),
        )
        await self._db.commit()
        context.user_data.setdefault("answers", []).append(said)
        if number + 1 == len(QUESTIONS):
            return await self._preview(update, context)
        return await self._ask(update, context, number + 1)

    async def submit(self, update: Update, context: Any) -> int:
        await _heard(update)
        told = context.user_data
        assert update.effective_user
        await self._db.execute(
            "INSERT INTO submission (person, role, grp, unit) VALUES (?, ?, ?, ?)",
            (update.effective_user.id, told["role"], told["group"], told["unit"]),
        )
        await self._db.commit()
        await _say(update, "收到了，谢谢您。")
        return ConversationHandler.END

    async def _ask(self, update: Update, context: Any, number: int) -> int:
        context.user_data["question"] = number
        await _say(
            update, f"第 {number + 1} 问\n{QUESTIONS[number]}", *(["先交"] if number else [])
        )
        return ASKING

    async def _preview(self, update: Update, context: Any) -> int:
        said = "\n".join(context.user_data.get("answers", ()))
        await _say(update, f"您说的是：\n{said}", "就这样提交")
        return PREVIEW


async def _heard(update: Update) -> str:
    if update.callback_query:
        await update.callback_query.answer()
        return update.callback_query.data or ""
    assert update.message
    return update.message.text or ""


async def _say(update: Update, text: str, *choices: str) -> None:
    rows = [[InlineKeyboardButton(label, callback_data=label)] for label in choices]
    assert update.effective_message
    await update.effective_message.reply_text(
        text, reply_markup=InlineKeyboardMarkup(rows) if rows else None
    )


def application(folder: Path, *, base: str = "", bot: ExtBot[None] | None = None) -> Any:
    """The bot, ready to be run: on the platform at `base`, or with a bot that is given."""
    survey = Survey(folder / "peer.db")
    begun: Any = ApplicationBuilder()
    begun = begun.bot(bot) if bot else begun.token(TOKEN).base_url(f"{base}/bot")
    app: Application[Any, Any, Any, Any, Any, Any] = (
        begun.persistence(PicklePersistence(folder / "peer.pickle"))
        .post_init(survey.open)
        .post_shutdown(survey.close)
        .build()
    )
    words = filters.TEXT & ~filters.COMMAND

    def either(step: Any) -> list[Any]:
        return [MessageHandler(words, step), CallbackQueryHandler(step)]

    app.add_handler(
        ConversationHandler(
            entry_points=[
                CommandHandler("start", survey.begin),
                MessageHandler(filters.Regex("^开始$"), survey.begin),
            ],
            states={
                ROLE: either(survey.role),
                GROUP: either(survey.group),
                UNIT: either(survey.unit),
                ASKING: either(survey.answer),
                PREVIEW: either(survey.submit),
            },
            fallbacks=[CommandHandler("start", survey.begin)],
            name="survey",
            persistent=True,
            allow_reentry=True,
        )
    )
    return app


if __name__ == "__main__":
    application(Path(sys.argv[2]), base=sys.argv[1]).run_polling()
