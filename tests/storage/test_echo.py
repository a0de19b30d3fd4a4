"""What goes back is told page by page, and where a telling was broken off it goes on behind the page that was noted."""

from bot.core.echo import scope
from bot.core.privacy import redact

EVERYBODY = scope({("", ""): 9})


def _post(work, title, day):
    work.echoes.post(redact(title).text, redact("改好了").text, EVERYBODY, day)


def test_what_was_posted_today_waits_until_tomorrow(work):
    _post(work, "一件", 100)
    assert work.echoes.begin(100, 7) is None
    assert [one.title for one in work.echoes.begin(101, 7).echoes] == ["一件"]


def test_a_telling_that_was_broken_off_goes_on_and_takes_nothing_new_along(work):
    _post(work, "一件", 100)
    assert work.echoes.begin(101, 7).after == b""
    work.echoes.on(b"abc")
    _post(work, "又一件", 101)
    again = work.echoes.begin(102, 7)
    assert ([one.title for one in again.echoes], again.after) == (["一件"], b"abc")
    work.echoes.on(None)
    assert work.echoes.begin(103, 7) is None


def test_a_week_lies_between_two_tellings(work):
    _post(work, "一件", 100)
    work.echoes.begin(101, 7)
    work.echoes.on(None)
    _post(work, "又一件", 101)
    assert work.echoes.begin(107, 7) is None
    assert [one.title for one in work.echoes.begin(108, 7).echoes] == ["又一件"]
    assert work.echoes.waiting() == ()
