"""Papers in one archive, for inspection, with a list of what is in it. No clock and no machine is in it: same papers, same
bytes.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping

_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
"""The oldest moment a zip can hold."""

MANIFEST = "manifest.txt"
"""Checksums as `sha256sum --check` reads them."""


def package(files: Mapping[str, bytes]) -> bytes:
    """The archive; the list comes last."""
    listed = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in (*files.items(), (MANIFEST, listed.encode())):
            info = zipfile.ZipInfo(name, _FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            archive.writestr(info, content, compresslevel=6)
    return out.getvalue()
