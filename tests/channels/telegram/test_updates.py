"""What the platform sends -> what somebody did. Payloads as recorded in the Bot API's own reference, shortened."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.updates import (
    Heard,
    HeardInGroup,
    Moved,
    Seated,
    Unreadable,
    by_types,
    in_private,
    read,
    who,
)
from bot.core.messages import Arrived, Body, Edited, Media, Sent, Tap, Text

USER = {"id": 7, "is_bot": False, "first_name": "A"}
CHAT = {"id": 7, "type": "private", "first_name": "A"}
GROUP = {"id": -7, "type": "supergroup", "title": "G"}
FILE = {"file_id": "f", "file_unique_id": "u"}
SIZED = {**FILE, "width": 1, "height": 1}


def message(chat: dict[str, Any] = CHAT, **content: Any) -> dict[str, Any]:
    return {"message_id": 3, "date": 1790000000, "chat": chat, "from": USER, **content}


def heard(**update: Any) -> Any:
    return read({"update_id": 900, **update})


SAID: list[tuple[str, dict[str, Any], Body | None]] = [
    ("words", {"text": "食堂的菜太凉"}, Text("食堂的菜太凉")),
    ("a start", {"text": "/start"}, Arrived()),
    ("a start with a link", {"text": "/start r_spring-u_no1"}, Arrived("r_spring-u_no1")),
    ("a start to us by name", {"text": "/start@tingwen_bot u_no1 "}, Arrived("u_no1")),
    ("a start with words is words", {"text": "/start 食堂的菜太凉"}, Text("/start 食堂的菜太凉")),
    ("a start too long is words", {"text": "/start " + "x" * 65}, Text("/start " + "x" * 65)),
    ("another word", {"text": "/started"}, Text("/started")),
    ("a command of ours", {"text": "/skip"}, Text("skip")),
    ("a command by name", {"text": "/STOP@tingwen_bot"}, Text("stop")),
    ("the language", {"text": "/en"}, Text("/en")),
    ("half an emoji", {"text": "好\ud83d"}, Text("好\ufffd")),
    ("a photo with words", {"photo": [SIZED], "caption": "看"}, Media("photo", "看")),
    ("a voice", {"voice": {**FILE, "duration": 3}}, Media("voice")),
    ("music", {"audio": {**FILE, "duration": 3}}, Media("voice")),
    ("a film", {"video": {**SIZED, "duration": 3}}, Media("video")),
    ("a round film", {"video_note": {**FILE, "duration": 3, "length": 2}}, Media("video")),
    ("a moving picture", {"animation": {**SIZED, "duration": 1}, "document": FILE}, Media("video")),
    ("a file", {"document": FILE}, Media("file", "", Sent("", "f", 0))),
    ("a file with a name", {"document": FILE | {"file_name": "a.csv", "file_size": 7}}, Media("file", "", Sent("a.csv", "f", 7))),
    ("a sticker", {"sticker": {**SIZED, "type": "regular", "is_animated": False, "is_video": False}}, Media("sticker")),
    ("a place", {"location": {"latitude": 1.0, "longitude": 2.0}}, Media("location")),
    ("a card", {"contact": {"phone_number": "1", "first_name": "B"}}, Media("contact")),
    ("dice", {"dice": {"emoji": "🎲", "value": 3}}, Media("other")),
    ("a kind younger than we are", {"hologram": {"size": 3}}, Media("other")),
    ("a note of the platform", {"delete_chat_photo": True}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "body"), [one[1:] for one in SAID], ids=[one[0] for one in SAID]
)
def test_a_message_is(content: dict[str, Any], body: Body | None):
    said = heard(message=message(**content))

    assert (said.incoming.body if said else None) == body
    if said:
        assert (said.incoming.key, said.incoming.message, said.incoming.address.id) == (
            "u900",
            "3",
            "7",
        )


@pytest.mark.parametrize(
    ("text", "deleted"),
    [("words", 3), ("1", 3), ("/start", 0), ("/skip", 0), ("/start 食堂", 0)],
)
def test_what_is_typed_is_to_be_deleted_and_commands_are_not(text: str, deleted: int):
    assert heard(message=message(text=text)).typed == deleted


def test_an_edit_names_the_message_it_changes():
    said = heard(edited_message=message(text="better", edit_date=1790000001))

    assert said.incoming.body == Edited("better")
    assert said.incoming.message == "3"


def test_an_edit_that_changes_no_words_is_nothing():
    assert heard(edited_message=message(location={"latitude": 1.0, "longitude": 2.0})) is None


def tap(data: str, chat: dict[str, Any] = CHAT) -> dict[str, Any]:
    shown = {**message(chat), "from": {"id": 1, "is_bot": True, "first_name": "b"}}
    return {"id": "q1", "from": USER, "chat_instance": "c", "message": shown, "data": data}


def test_a_tap_is_named_by_its_message_and_button_not_by_its_update():
    first, second = (
        heard(callback_query=tap("v1|k|2|1")),
        read({"update_id": 901, "callback_query": tap("v1|k|2|1")}),
    )

    assert isinstance(first, Heard)
    assert isinstance(second, Heard)
    assert first.incoming == second.incoming
    assert first.incoming.body == Tap("1", "2")
    assert (first.tapped, first.query) == (3, "q1")


def test_a_tap_on_a_message_too_old_to_be_shown_is_a_tap():
    old = tap("v1|k|2|1") | {"message": {"message_id": 3, "date": 0, "chat": CHAT}}

    assert heard(callback_query=old).incoming.body == Tap("1", "2")


def test_in_a_group_the_address_is_the_group_and_the_member_is_told_apart():
    heard_there = heard(message=message(GROUP, text="/start@Tingwen_Bot"))

    assert isinstance(heard_there, HeardInGroup)
    said = heard_there.said
    assert (said.incoming.address.id, said.member.id, said.title) == ("-7", "7", "G")
    assert heard_there.named == "tingwen_bot"


def test_what_people_say_to_each_other_in_a_group_is_not_even_read():
    assert heard(message=message(GROUP, text="talk among themselves")) is None
    assert heard(message=message(GROUP, document=FILE)) is None
    assert heard(edited_message=message(GROUP, text="/start")) is None


def test_the_same_button_pressed_by_two_in_a_group_is_two_taps():
    ours, theirs = tap("v1|k|open|x", GROUP), tap("v1|k|open|x", GROUP)
    theirs["from"] = USER | {"id": 8}
    keys = {heard(callback_query=one).said.incoming.key for one in (ours, theirs)}

    assert len(keys) == 2


def seats(before: str, after: str, chat: dict[str, Any] = GROUP) -> Any:
    bot = {"id": 1, "is_bot": True, "first_name": "b"}
    old, new = ({"user": bot, "status": one, "until_date": 0} for one in (before, after))
    change = {"chat": chat, "from": USER, "date": 1790000000}
    return heard(my_chat_member={**change, "old_chat_member": old, "new_chat_member": new})


def test_coming_into_a_group_and_leaving_it_is_known():
    assert seats("left", "member") == Seated(chat=-7, inside=True)
    assert seats("member", "kicked") == Seated(chat=-7, inside=False)
    assert seats("member", "left") == Seated(chat=-7, inside=False)
    assert seats("member", "member") is None
    assert seats("member", "kicked", CHAT) is None  # a person has blocked us: sending will tell


def test_a_group_that_moves_is_known():
    assert heard(message=message(GROUP, migrate_to_chat_id=-1007)) == Moved(old=-7, new=-1007)


def test_bots_and_channels_are_not_people():
    bot = {"id": 8, "is_bot": True, "first_name": "b"}
    channel = {"id": -1, "type": "channel", "title": "c"}

    assert heard(message=message(text="hi") | {"from": bot}) is None
    assert heard(message=message(channel, text="hi")) is None
    assert heard(channel_post=message(channel, text="hi")) is None


AROUND = st.fixed_dictionaries(
    {},
    optional={
        "entities": st.just([{"type": "bot_command", "offset": 0, "length": 1}]),
        "reply_to_message": st.just(message(text="earlier")),
        "forward_origin": st.just({"type": "user", "sender_user": USER, "date": 1790000000}),
        "edit_date": st.just(1790000001),
        "from": st.sampled_from(
            [USER, USER | {"is_bot": True}, USER | {"language_code": "zh"}]
        ),
        "chat": st.sampled_from([CHAT, GROUP]),
    },
)
WORDS = st.text(max_size=8) | st.sampled_from(
    ["/start", "/start u_no1", "/skip", "/x y", "v1|k|2|1"]
)


@given(AROUND, WORDS)
def test_what_is_read_straight_is_what_the_types_say(around: dict[str, Any], words: str):
    said = {"update_id": 900, "message": message(text=words) | around}
    tapped = {
        "update_id": 901,
        "callback_query": tap(words, around.get("chat", CHAT))
        | {"from": around.get("from", USER)},
    }

    for update in (said, tapped):
        straight = in_private(update)
        assert straight is None or straight == by_types(update)
        assert read(update) == by_types(update)


def test_words_and_taps_in_a_private_chat_are_read_straight():
    assert in_private({"update_id": 900, "message": message(text="食堂的菜太凉")})
    assert in_private({"update_id": 900, "callback_query": tap("v1|k|2|1")})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "chat", "from", "message", "text", "type", "data"]), inner
        )
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["message", "edited_message", "callback_query", "update_id"]), JSON
    )
)
def test_whatever_comes_is_read_or_unreadable(raw: dict[str, Any]):
    who(raw)
    with contextlib.suppress(Unreadable):
        read(raw)
