"""kill -9, anywhere: nothing acknowledged is lost, nothing answered is asked again."""

import random
import time

import pytest

from tests.process.service import Browser, Service

SAID = [
    "检查太多，材料补到半夜",
    "填表的事没人管",
    "上面只看材料",
    "少开会",
    "几个检查并在一起",
]


def answers(browser: Browser):
    """The steps of a questionnaire: what is typed, and what must be seen after it."""
    yield "开始", ("随时可以停",)
    yield "2", ("您是哪一类",)
    yield "3", ("第 1 问",)
    for number, text in enumerate(SAID, 1):
        yield text, (f"第 {number + 1} 问",) if number < 5 else ("请看一眼",)


@pytest.mark.parametrize("moment", ["before the answer", "after the answer"])
def test_a_questionnaire_survives_a_kill_after_every_single_step(tmp_path, moment):
    with Service(tmp_path) as service:
        anna = Browser(service)
        for text, seen in answers(anna):
            anna.types(text)
            if moment == "after the answer":
                anna.waits_for(*seen)
            service.kill()
            service.start()
            if moment == "before the answer":
                anna.waits_for(*seen)
        preview = anna.shown[-1]["text"]
        assert all(text in preview for text in SAID)
        anna.types("1")
        service.kill()
        service.start()
        anna.waits_for("收到了")
        anna.close()


def test_random_kills_while_several_people_talk_lose_and_repeat_nothing(tmp_path):
    chance = random.Random(20140326)
    with Service(tmp_path) as service:
        people = [Browser(service) for _ in range(3)]
        steps = [list(answers(person)) for person in people]
        for turn in range(len(steps[0])):
            keys = [person.types(steps[i][turn][0]) for i, person in enumerate(people)]
            time.sleep(chance.uniform(0, 0.3))
            service.kill()
            service.start()
            for i, person in enumerate(people):
                person.types(steps[i][turn][0], key=keys[i])  # the network repeats itself
                person.waits_for(*steps[i][turn][1])
        for person in people:
            preview = person.shown[-1]["text"]
            assert [preview.count(text) for text in SAID] == [1] * 5
            asked = [m["text"] for m in person.shown if "第 2 问" in m["text"]]
            assert 1 <= len(asked) <= 2  # at most the message in flight comes twice
            person.close()


def test_nobody_typed_anything_that_lies_readable_in_the_data_directory(tmp_path):
    with Service(tmp_path) as service:
        anna = Browser(service)
        for text, seen in answers(anna):
            anna.types(text)
            anna.waits_for(*seen)
        service.kill()
        for name, content in service.files().items():
            for text in (*SAID, anna.token):
                for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
                    assert text.encode(encoding) not in content, (name, text)
        anna.close()


def test_a_told_stop_is_quick_and_clean(tmp_path):
    with Service(tmp_path) as service:
        anna = Browser(service)
        anna.types("开始")
        anna.waits_for("随时可以停")
        started = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - started < 10
        anna.close()
        log = (tmp_path / "log.txt").read_text()
        assert anna.token not in log
        assert "开始" not in log


def test_a_name_typed_before_a_kill_in_the_quiet_gap_is_masked_ever_after(tmp_path):
    with Service(tmp_path) as service:
        anna = Browser(service)
        for text, seen in (("开始", "随时可以停"), ("2", "您是哪一类"), ("3", "第 1 问")):
            anna.types(text)
            anna.waits_for(seen)
        anna.types("诸葛建军天天迟到")
        service.kill()
        service.start()
        anna.waits_for("第 2 问")
        anna.types("88")
        assert "〔姓名〕天天迟到" in anna.waits_for("请看一眼")
        anna.types("1")
        anna.waits_for("收到了")
        service.kill()
        whole = b"".join(service.files().values())
        assert "诸葛建军".encode() not in whole
        assert "诸葛建军".encode("utf-16-le") not in whole
        anna.close()
