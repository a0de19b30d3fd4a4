"""`tingwen text`: JSON lines in, JSON lines out; what is bad is told and skipped."""

import json
from io import StringIO

from bot.verbs.text import filtered


def through(way, *lines):
    out, complaints = StringIO(), StringIO()
    code = filtered(way, StringIO("\n".join(lines)), out, complaints)
    return (
        code,
        [json.loads(line) for line in out.getvalue().splitlines()],
        complaints.getvalue(),
    )


def row(id, text):
    return json.dumps({"id": id, "text": text}, ensure_ascii=False)


def test_redact_gives_offsets_in_the_text_as_given():
    _, (out,), _ = through("redact", row(7, "电话 13907312244。"))
    assert out == {
        "id": 7,
        "redacted": "电话 〔电话〕。",
        "spans": [{"start": 3, "end": 14, "type": "phone"}],
    }


def test_classify_has_the_agreed_keys():
    _, (out,), _ = through("classify", row("a", "食堂的菜难吃"))
    assert list(out) == [
        "id", "topic", "topics", "sifeng", "ask", "kind", "urgent", "leader_mention", "about", "why",
    ]  # fmt: skip
    assert (out["topic"], out["urgent"]) == ("shitang", False)


def test_every_opinion_is_in_one_theme():
    _, out, _ = through(
        "themes", row(1, "食堂菜贵又难吃"), row(2, "食堂的菜又贵又难吃"), row(3, "操场积水")
    )
    assert sorted(id for theme in out for id in theme["ids"]) == [1, 2, 3]
    assert [1, 2] in [theme["ids"] for theme in out]


def test_bad_lines_are_told_with_their_number_and_the_good_ones_pass():
    code, out, told = through(
        "redact", "{", row(1, "好"), '{"id":2}', "", "[]", '{"id":3,"text":null}'
    )
    assert (code, [one["id"] for one in out]) == (0, [1])
    assert [line.split(":")[0] for line in told.splitlines()] == [
        "line 1",
        "line 3",
        "line 5",
        "line 6",
    ]


def test_nothing_readable_is_the_inputs_fault():
    assert through("redact", "x")[0] == 1
    assert through("themes")[0] == 0


def test_half_a_character_passes_through():
    _, (out,), _ = through("redact", '{"id":1,"text":"a\\ud800b"}')
    assert out["redacted"] == "a\ud800b"
