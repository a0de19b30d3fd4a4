"""Copies under a passphrase: the same bytes come back, or none that one could take for them."""

from pathlib import Path

import pytest

from storage import strongbox
from storage.strongbox import NotOpened, is_sealed, open_file, seal_file

PHRASE = b"correct horse battery staple"


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strongbox, "PIECE", 64)
    monkeypatch.setattr(strongbox, "_key", lambda phrase, salt: (phrase + salt)[-32:])


def sealed(folder: Path, content: bytes) -> Path:
    (folder / "plain").write_bytes(content)
    (folder / "sealed").touch()
    seal_file(folder / "plain", folder / "sealed", PHRASE)
    return folder / "sealed"


def opened(folder: Path, phrase: bytes = PHRASE) -> bytes:
    (folder / "again").write_bytes(b"")
    open_file(folder / "sealed", folder / "again", phrase)
    return (folder / "again").read_bytes()


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 128, 1000])
def test_what_was_sealed_comes_back(tmp_path: Path, size: int):
    content = bytes(range(256)) * 4
    file = sealed(tmp_path, content[:size])

    assert is_sealed(file)
    assert not is_sealed(tmp_path / "plain")
    assert opened(tmp_path) == content[:size]
    assert size < 16 or content[:size] not in file.read_bytes()


def test_the_same_is_never_sealed_alike(tmp_path: Path):
    first = sealed(tmp_path, b"the same").read_bytes()

    assert sealed(tmp_path, b"the same").read_bytes() != first


def test_another_passphrase_opens_nothing(tmp_path: Path):
    sealed(tmp_path, b"x" * 200)

    with pytest.raises(NotOpened):
        opened(tmp_path, b"correct horse battery stapler")


def test_no_byte_can_be_changed_and_nothing_cut_off_or_exchanged(tmp_path: Path):
    file = sealed(tmp_path, b"x" * 200)
    whole = file.read_bytes()
    head, piece = 8 + 16 + 7, 64 + 16
    changed = [
        whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(8, len(whole))
    ]
    cut = [
        whole[:at] for at in (head + piece, head + 2 * piece, head, head - 1, len(whole) - 1)
    ]
    turned = whole[:head] + whole[head + piece : head + 2 * piece] + whole[head : head + piece]

    for spoilt in (*changed, *cut, turned + whole[head + 2 * piece :], whole + b"\0"):
        file.write_bytes(spoilt)
        with pytest.raises(NotOpened):
            opened(tmp_path)
