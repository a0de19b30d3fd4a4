"""A large digest lies in portions: they are read beside the writer, one at a time, and belong to one version of the draft."""

import json
from dataclasses import replace

import pytest

from storage.portions import Snapshot, Superseded
from tests.vaults import Shelf

FRIDAY = "2014-03-28"
FACE = json.dumps({"screen": "", "groups": [], "portions": 2})


def shelf_with_a_draft(folder) -> Shelf:
    shelf = Shelf(folder)
    assert shelf.do(lambda work: work.digests.draft(FRIDAY, "头", FACE, (), ("一 ", '二 "')))
    return shelf


def kept(shelf: Shelf) -> Snapshot:
    found = shelf.do(lambda work: work.digests.find(FRIDAY))
    assert found
    return found.whole


def test_portions_come_back_in_their_order(tmp_path):
    shelf = shelf_with_a_draft(tmp_path)

    assert (kept(shelf).head, list(kept(shelf).read())) == ("头", ["一 ", '二 "'])
    shelf.close()


def test_a_draft_kept_twice_keeps_its_portions_once(tmp_path):
    shelf = shelf_with_a_draft(tmp_path)

    assert not shelf.do(lambda work: work.digests.draft(FRIDAY, "别的", FACE, (), ("三", "四")))
    assert list(kept(shelf).read()) == ["一 ", '二 "']
    shelf.close()


def test_whoever_reads_a_draft_that_is_made_anew_is_told_and_gets_no_mixture(tmp_path):
    shelf = shelf_with_a_draft(tmp_path)
    before = kept(shelf)
    reading = before.read()
    assert next(reading) == "一 "

    shelf.do(
        lambda work: work.digests.again(work.digests.find(FRIDAY), "新", FACE, (), ("三", "四"))
    )

    with pytest.raises(Superseded):
        next(reading)
    assert list(kept(shelf).read()) == ["三", "四"]
    shelf.close()


def test_a_sent_digest_keeps_its_portions_for_ever(tmp_path):
    shelf = shelf_with_a_draft(tmp_path)
    was = shelf.do(lambda work: work.digests.find(FRIDAY))
    assert shelf.do(lambda work: work.digests.send(FRIDAY, 1))

    assert not shelf.do(lambda work: work.digests.again(was, "新", FACE, (), ("三", "四")))
    assert list(kept(shelf).read()) == ["一 ", '二 "']
    shelf.close()


def test_a_portion_that_is_not_there_is_an_error_and_no_shorter_ledger(tmp_path):
    shelf = shelf_with_a_draft(tmp_path)

    with pytest.raises(Superseded):
        list(replace(kept(shelf), portions=3).read())
    shelf.close()


def test_a_small_digest_opens_no_database():
    assert list(Snapshot(head="头", place="nowhere").read()) == []


def test_its_address_is_printed_nowhere():
    assert "secret" not in repr(Snapshot(head="", place="postgresql://a:secret@b/c"))
