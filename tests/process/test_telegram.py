"""kill -9 while people talk over Telegram, with faults on and updates repeated: nothing lost, nothing doubled."""

from pathlib import Path

from tests.bench.telegram import Crowd, finished, kept_in, mischief, service

PEOPLE, KILLS = 6, 3


async def test_random_kills_while_a_crowd_talks_lose_and_double_nothing(tmp_path: Path):
    async with Crowd(PEOPLE, repeats=0.1) as api:
        api.mischief = mischief(api.chance)
        for caller in api.callers:
            caller.begin()
        for _ in range(KILLS):
            async with service("serve", api.base, str(tmp_path)) as process:
                await finished(api, api.chance.uniform(2, 4), strict=False)
                process.kill()
                await process.wait()
        async with service("serve", api.base, str(tmp_path)):
            await finished(api, 120)
        kept = await kept_in(tmp_path)

    said = {text for caller in api.callers for text in caller.said}
    assert {text: kept.get(text, 0) for text in said} == dict.fromkeys(said, 1)
