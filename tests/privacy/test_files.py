"""What the files of a running house say, copied at every step of a talk, with all keys in hand."""

import asyncio
import shutil
import sqlite3
from pathlib import Path
from typing import NamedTuple

import pytest

from storage.keys import KeyLost, unseal
from tests.chat import Home
from tests.vaults import every_key, opens, sealed_blocks, unnamed_keys

SPOKEN = ("检查太多太多", "少填几张表", "会也开得太长")
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


class Version(NamedTuple):
    """One version of a draft."""

    tag: bytes
    revision: int
    sealed: bytes


class Image(NamedTuple):
    """All files at one moment."""

    drafts: frozenset[Version]
    blocks: frozenset[object]
    keys: list[bytes]
    folder: Path
    slots: bytes


@pytest.fixture
async def images(tmp_path):
    """Two talks from the first word to the thanks, and a third one begun; an image after each message."""
    found: list[Image] = []
    async with Home(tmp_path / "home") as home:

        async def step(person, text):
            await person.says(text)
            await asyncio.sleep(0.03)  # burned keys are burned within milliseconds
            found.append(_image(home, tmp_path / f"{len(found):02}"))

        anna, ben = home.person("anna-7318204956"), home.person("ben-5550001111")
        for person in (anna, ben):
            for text in ("开始", "2", "2", "0", SPOKEN[0], SPOKEN[1], "1"):
                await step(person, text)
        for text in ("开始", "2", "2", "0", SPOKEN[2]):
            await step(home.person("eva"), text)
    return found


def _image(home, folder):
    shutil.copytree(home.folder / "data", folder)
    slots = (home.folder / "keys" / "slots").read_bytes()
    connection = sqlite3.connect(folder / "tingwen.db")
    drafts = frozenset(
        Version(*row) for row in connection.execute("SELECT tag, revision, sealed FROM draft")
    )
    connection.close()
    blocks = frozenset(sealed_blocks(folder / "tingwen.db"))
    return Image(drafts, blocks, every_key(slots), folder, slots)


def _opens(version, keys):
    for key in keys:
        try:
            unseal(key, version.sealed, version.tag + version.revision.to_bytes(8, "big"))
        except KeyLost:
            continue
        return True
    return False


def test_no_older_version_of_a_draft_or_bucket_can_be_opened_with_the_keys_in_hand(images):
    seen_drafts, seen_blocks = set(), set()
    for image in images:
        assert all(_opens(version, image.keys) for version in image.drafts)
        assert all(opens(block, image.keys) for block in image.blocks)
        assert not any(_opens(version, image.keys) for version in seen_drafts - image.drafts)
        assert not any(opens(block, image.keys) for block in seen_blocks - image.blocks)
        seen_drafts |= image.drafts
        seen_blocks |= image.blocks
    assert len(seen_drafts) > 10
    assert len(seen_blocks) == 4  # two rewritten by each who handed in; none was empty for long


def test_no_key_is_left_that_no_row_names(images):
    for image in images:
        assert unnamed_keys(image.folder / "tingwen.db", image.slots) == set()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_neither_words_nor_ids_stand_in_any_file_before_the_tick(images, encoding):
    looked_for = [word.encode(encoding) for word in (*SPOKEN, "7318204956", "5550001111")]
    for image in images:
        for file in image.folder.rglob("*"):
            content = file.read_bytes()
            assert not [word for word in looked_for if word in content], file.name


async def test_after_the_tick_the_words_stand_there_and_nothing_that_leads_to_who_said_them(
    tmp_path,
):
    async with Home(tmp_path / "home") as home:
        anna = home.person("anna-7318204956")
        await anna.says("开始", "2", "2", "0", *SPOKEN[:2], "1")
        assert len(await home.opinions()) == 2
        await asyncio.sleep(0.03)
        image = _image(home, tmp_path / "after")
        held = [name for name in image.folder.rglob("*") if b"7318204956" in name.read_bytes()]
        assert held == []
        assert image.drafts == frozenset()
        assert unnamed_keys(image.folder / "tingwen.db", image.slots) == set()
