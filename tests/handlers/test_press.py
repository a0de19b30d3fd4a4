"""What papers are made of lies, while they are made, in a folder of its own, and not a moment longer."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bot.core.digest import to_json
from bot.core.messages import File
from handlers.papers import FIGURES, LEDGER, Press, draw, tidy
from storage.portions import Snapshot
from tests.sample_week import sample_week


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


async def test_papers_laid_down_are_those_drawn_and_taken_up_they_lie_nowhere(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    week, wanted = Snapshot(head=to_json(sample_week())), (FIGURES, LEDGER)

    taken_up = await Press().papers(week, wanted)

    assert taken_up == draw(week, wanted, reviewed=True)
    assert not [*tmp_path.iterdir()]


def test_a_ledger_loads_nothing_that_draws(tmp_path):
    script = (
        "import sys; from pathlib import Path; from handlers.papers import LEDGER, lay; "
        "from storage.portions import Snapshot; "
        "lay(Snapshot(head=Path(sys.argv[1]).read_text()), (LEDGER,)); "
        "print(*sorted({'PIL', 'docx', 'lxml', 'sqlalchemy', 'asyncio'} & sys.modules.keys()))"
    )
    head = tmp_path / "week.json"
    head.write_text(to_json(sample_week()))
    environment = os.environ | {"TMPDIR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-c", script, str(head)],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip

    assert done.stdout.split() == []


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
