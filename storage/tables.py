"""Every table, on one page.

Nothing here joins a person to what they said. Rows that a person causes carry no time finer than a period and no
counter; what must be remembered of somebody in the middle of a talk is sealed under a key that lies elsewhere.
"""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

script = Table(
    "script",
    metadata,
    Column(
        "digest", Text, primary_key=True
    ),  # of the body: a running talk names its script by it
    Column("body", Text, nullable=False),
)

person = Table(  # the sealed roster: where somebody can be reached
    "person",
    metadata,
    Column("slot", LargeBinary, primary_key=True),  # MAC of the address under the master key
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

draft = Table(  # a talk in progress, and what is still to be said in it
    "draft",
    metadata,
    Column(
        "tag", LargeBinary, primary_key=True
    ),  # MAC of the address under a key of the key directory
    Column("revision", Integer, nullable=False),
    Column("spoken", Integer, nullable=False),  # the revision whose words have been sent
    Column("key", Integer, nullable=False),  # where the key of this version lies
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

inbox = Table(  # what has been taken in already; a repeat stops here
    "inbox",
    metadata,
    Column("mac", LargeBinary, primary_key=True),
    Column("day", Integer, nullable=False),  # of the key the MAC was made with
    sqlite_with_rowid=False,
)

opinion = Table(  # released pieces: one answer of somebody, apart from their other answers
    "opinion",
    metadata,
    Column("id", LargeBinary, primary_key=True),  # random
    Column("round", Text, nullable=False),
    Column(
        "period", Text, nullable=False
    ),  # the closing date, YYYY-MM-DD; nothing finer is kept
    Column("unit", Text, nullable=False),
    Column("grp", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("dimension", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("options", Text, nullable=False),  # JSON list of option ids
    Column("number", Integer),
    Column("text", Text, nullable=False),  # masked
    Column("labels", Text, nullable=False),  # JSON: what the sorting suggests, and why
    Column("pupil", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("opinion_by_period", opinion.c.period, opinion.c.round)
