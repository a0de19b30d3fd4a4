"""Who hears of what cannot wait, and in which order."""

from bot.core.people import Label, Post, Role, Staff, placed
from bot.core.urgent import Matter, sees, told

PARENTS = {"no1": "east", "no2": "west", "east": "", "west": ""}


def staff(role, *units, number=1):
    return placed(Staff(Label(role, number), (Post(role=role, units=units),)), PARENTS)


OFFICE = staff(Role.OFFICE)
DUTY = staff(Role.DUTY)
EAST = staff(Role.DUTY, "east", number=2)
WEST = staff(Role.DUTY, "west", number=3)
DEPUTY = staff(Role.DEPUTY, "no1")
HEAD = staff(Role.RESPONSIBLE, "no1")
EVERYBODY = (OFFICE, DUTY, EAST, WEST, DEPUTY, HEAD)


def test_those_on_duty_hear_first_and_the_office_where_there_is_nobody_on_duty():
    assert told(EVERYBODY, Matter(unit="no1"), late=False) == (DUTY, EAST)
    assert told(EVERYBODY, Matter(), late=False) == (DUTY,)
    assert told((OFFICE, WEST, HEAD), Matter(unit="no1"), late=False) == (OFFICE,)


def test_when_it_is_late_the_office_and_the_deputy_of_that_unit_hear_too():
    assert told(EVERYBODY, Matter(unit="no1"), late=True) == (OFFICE, DEPUTY)
    assert told(EVERYBODY, Matter(unit="no2"), late=True) == (OFFICE,)


def test_what_speaks_of_a_leader_goes_to_nobody_whose_post_is_tied_to_a_unit():
    matter = Matter(unit="no1", apart=True)
    assert told(EVERYBODY, matter, late=False) == (DUTY,)
    assert told(EVERYBODY, matter, late=True) == (OFFICE,)
    assert not sees(EAST, matter)


def test_who_has_no_right_to_it_never_hears_of_it():
    assert not sees(HEAD, Matter(unit="no1"))
    assert told((HEAD,), Matter(), late=True) == ()
