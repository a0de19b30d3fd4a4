"""What beginning costs on a link for everybody: work that is checked quickly, or waiting in one queue."""

import secrets

from bot.channels.page.crowd import AT_EASE, HOUR, Crowd
from bot.channels.page.door import GOOD_FOR, LONGEST_QUEUE, TURN_EVERY, WAIT, Door
from tests.fakes import FixedClock
from tests.pages import prove


def a_door() -> tuple[Door, FixedClock]:
    clock = FixedClock()
    return Door(b"secret", clock, secrets.token_bytes), clock


def test_work_that_was_done_is_known():
    door, _ = a_door()
    challenge = door.read(door.challenge(8))
    assert challenge is not None
    assert door.solved(challenge, prove(challenge.token, 8))


def test_work_that_was_not_done_is_not_taken_for_work():
    door, _ = a_door()
    challenge, other = door.read(door.challenge(12)), door.read(door.challenge(12))
    assert challenge is not None
    assert other is not None
    proof = prove(challenge.token, 12)
    assert not door.solved(other, proof)
    for wrong in (
        "",
        "1",
        "." * 15,
        proof + ".1",
        proof.replace(".", ","),
        "9" * 4000,
        "x" + proof,
    ):
        assert not door.solved(challenge, wrong)


def test_a_challenge_is_ours_and_not_old():
    door, clock = a_door()
    token = door.challenge(8)
    forged = token[:-8] + ("A" if token[-8] != "A" else "B") + token[-7:]
    assert Door(b"another", clock, secrets.token_bytes).read(token) is None
    assert door.read(token[:4] + "AAAA" + token[8:]) is None
    assert door.read("") is None
    assert door.read(forged[:40]) is None
    clock.push(GOOD_FOR + 1)
    assert door.read(token) is None


def test_a_harder_challenge_cannot_be_called_an_easy_one():
    door, _ = a_door()
    token = door.challenge(20)
    challenge = door.read(token)
    assert challenge is not None
    assert challenge.bits == 20
    easier = door.challenge(5)[:2] + token[2:]  # the bits stand first
    assert door.read(easier) is None


def test_without_work_all_wait_in_one_queue():
    door, clock = a_door()
    waits = []
    for _ in range(5):
        challenge = door.read(door.challenge(16))
        assert challenge is not None
        turn = door.turn(challenge)
        assert turn is not None
        waited = door.wait(turn)
        assert waited is not None
        name, left = waited
        assert name == challenge.name
        waits.append(left)
    assert waits == [WAIT + n * TURN_EVERY for n in range(5)]
    clock.push(1000)
    assert door.wait(turn) == (challenge.name, 0.0)


def test_the_queue_never_asks_for_endless_waiting():
    door, _ = a_door()
    challenge = door.read(door.challenge(16))
    assert challenge is not None
    turns = [door.turn(challenge) for _ in range(200)]
    assert None in turns
    assert sum(turn is not None for turn in turns) <= LONGEST_QUEUE // TURN_EVERY + 1


def test_a_pass_is_good_for_its_link_alone():
    door, _ = a_door()
    device = door.admit("spring.abc")
    assert door.knows(device, "spring.abc")
    assert not door.knows(device, "")
    assert not door.knows(device[:-2] + "AA", "spring.abc")
    assert not door.knows("made-up-by-somebody", "")


def test_many_from_one_place_are_slowed_and_others_are_not():
    now = [0.0]
    crowd = Crowd(lambda: now[0], secrets.token_bytes, burst=3, a_second=1)
    assert [crowd.passes("10.0.0.1") for _ in range(4)] == [True, True, True, False]
    assert crowd.passes("10.0.0.2")
    now[0] = 1.0
    assert crowd.passes("10.0.0.1")


def test_where_very_many_begin_it_becomes_harder_and_after_an_hour_all_is_forgotten():
    now = [0.0]
    crowd = Crowd(lambda: now[0], secrets.token_bytes)
    for _ in range(AT_EASE - 1):
        crowd.begins("10.0.0.1")
    assert crowd.harder("10.0.0.1") == 0
    for _ in range(AT_EASE):
        crowd.begins("10.0.0.1")
    assert crowd.harder("10.0.0.1") == 1
    assert crowd.harder("10.0.0.2") == 0
    now[0] = HOUR
    assert crowd.harder("10.0.0.1") == 0


def test_no_address_is_held_in_memory():
    crowd = Crowd(lambda: 0.0, secrets.token_bytes)
    crowd.passes("203.0.113.77")
    held = repr(crowd._places) + str(crowd._salt)
    assert "203.0.113.77" not in held
    assert repr(bytes([203, 0, 113, 77]))[2:-1] not in held
