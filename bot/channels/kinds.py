"""What kind of file a paper is, for platforms that ask: by the end of its name."""

KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "png": "image/png",
    "zip": "application/zip",
    "txt": "text/plain",
    "ics": "text/calendar",
}


def kind_of(name: str) -> str:
    """The media type.

    >>> kind_of("chart.png"), kind_of("what")
    ('image/png', 'application/octet-stream')
    """
    return KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream")
