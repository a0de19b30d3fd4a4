"""What papers are made of lies, while they are made, in a folder of its own, and not a moment longer."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bot.core.messages import File
from handlers.papers import Press, tidy


def where() -> tuple[File, ...]:
    """What a paper's maker would put down; called in the press."""
    place = Path(tempfile.mkstemp()[1])
    place.write_text("words")
    return (File(str(place), b""),)


async def test_what_does_not_fit_into_memory_is_gone_with_the_press():
    [made] = await Press().make(where)

    place = Path(made.name)
    assert place.parent.name.startswith(f"tingwen-press-{os.getpid()}-")
    assert not place.parent.exists()


def test_what_a_killed_press_left_is_removed_at_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    ours, gone, others = (
        tmp_path / f"tingwen-press-{pid}-x" for pid in (os.getpid(), dead.pid, os.getppid())
    )
    for folder in (ours, gone, others):
        folder.mkdir()
        (folder / "sheet1").write_text("words")

    tidy()

    assert [folder.exists() for folder in (ours, gone, others)] == [False, False, True]
