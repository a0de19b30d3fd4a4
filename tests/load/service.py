"""The real service as load finds it: the product's own wiring, Telegram by webhook, the listener, the bell.

    python -m tests.load.service CONFIG [--ahead SECONDS] [--allowed PER_SECOND] [--light]

`--ahead` sets its clock, so that an evening can be had in the morning. `--allowed` is what the platform allows in a
second, where the evening is to pass faster than evenings do. `--light` leaves out what a receipt is slow by on purpose
(86 ms of a processor each, an hour and a half for 70,000); all else stays.
"""

import argparse
import asyncio
import hashlib
import os
import signal
from pathlib import Path

from bot.app.wiring import App
from bot.channels import health
from bot.channels.http import Listener
from bot.channels.telegram.pacing import ALLOWED, Pacing
from bot.channels.telegram.transport import Telegram
from bot.content.telegram import words
from bot.logs import set_up
from bot.settings.reading import load
from handlers.receipt import Receipts


def quickly(digits: str) -> bytes:
    """A receipt's root, not slow at all."""
    return hashlib.sha256(digits.encode()).digest()


async def serve(config: Path, ahead: float, allowed: int, *, light: bool) -> None:
    """Until SIGTERM."""
    set_up()
    loaded = load(config, os.environ)
    settings, secrets = loaded.settings, loaded.secrets
    app = App(settings, secrets)
    app.clock.ahead = ahead
    if light:
        app.receipts = Receipts(os.urandom, quickly)
    telegram = Telegram(
        secrets.telegram_token,
        words(),
        api_base_url=settings.telegram.api_base_url,
        mode=settings.telegram.mode,
        public_url=settings.web.public_url,
        pacing=Pacing(allowed=allowed),
    )
    listener = Listener(settings.web.host, settings.web.port)
    listener.bind()
    listener.add(telegram.routes())
    listener.add(health.routes(app.health.parts, app.health.figures, secrets.metrics_token))
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    async with app.running(telegram):
        listening = asyncio.create_task(listener.run())
        await told.wait()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    await telegram.close()


def main() -> None:
    """Read what is asked, and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("--ahead", type=float, default=0.0)
    parser.add_argument("--allowed", type=int, default=ALLOWED)
    parser.add_argument("--light", action="store_true")
    asked = parser.parse_args()
    asyncio.run(serve(asked.config, asked.ahead, asked.allowed, light=asked.light))


if __name__ == "__main__":
    main()
