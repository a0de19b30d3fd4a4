"""What is imported when, so that asking for help costs nothing."""

import subprocess
import sys


def test_asking_for_help_imports_neither_telegram_nor_sqlalchemy():
    code = (
        "import sys, contextlib, io\n"
        "from bot.__main__ import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    main(['--help'])\n"
        "print([m for m in ('telegram', 'sqlalchemy', 'alembic', 'httpx') if m in sys.modules])"
    )
    seen = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert seen.stdout.strip() == "[]"
