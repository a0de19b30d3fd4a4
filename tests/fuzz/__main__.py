"""`python -m tests.fuzz NAME [-max_total_time=300 …]`: looks for new ways through the code of one parser, led by what ran.

For whoever has installed atheris beside the tools of development (`pip install atheris`; it is in no lock, since it is made for
few platforms). It begins with the corpus, leaves what it found in a folder of its own and says where; what broke something
belongs into `corpus/`, where the ordinary suite tries it ever after. Options are libFuzzer's.
"""

import io
import sys
import tempfile
import zipfile
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any


def main(asked: list[str]) -> None:
    """Until something breaks, or the time is over."""
    try:
        atheris: Any = import_module("atheris")
    except ImportError:
        sys.exit("atheris is not installed here: pip install atheris, then again")
    with atheris.instrument_imports(include=["bot"]):
        from tests.fuzz.targets import CORPUS, TARGETS, meant_for
    if not asked or asked[0] not in TARGETS:
        sys.exit(
            f"usage: python -m tests.fuzz NAME [options]; NAME is one of {', '.join(TARGETS)}"
        )
    name, *options = asked
    folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    begun = folder / "corpus"
    begun.mkdir()
    for file in meant_for(name):
        (begun / file).write_bytes(CORPUS[file])
    print(f"{name}: what is found goes to {folder}", file=sys.stderr)
    tried = TARGETS[name].tried

    def inside(content: bytes, most: int, seed: int) -> bytes:
        """Spoilt; of a packed file one part, so that the packing still holds."""
        parts = _unpacked(content)
        if not parts:
            return bytes(atheris.Mutate(content, most))
        part = Random(seed).choice(sorted(parts))
        parts[part] = bytes(atheris.Mutate(parts[part], len(parts[part]) + 200))
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parcel:
            for each, held in parts.items():
                parcel.writestr(each, held)
        return made.getvalue()[:most]

    arguments = [
        sys.argv[0],
        f"-artifact_prefix={folder}/",
        "-max_len=8000",
        *options,
        str(begun),
    ]
    atheris.Setup(arguments, lambda content: tried(bytes(content)), custom_mutator=inside)
    atheris.Fuzz()


def _unpacked(content: bytes) -> dict[str, Any]:
    if not content.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parcel:
            return {name: parcel.read(name) for name in parcel.namelist()}
    except Exception:  # whatever is wrong with it, it is spoilt as it is
        return {}


if __name__ == "__main__":
    main(sys.argv[1:])
