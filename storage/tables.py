"""Every table, on one page.

Nothing here joins a person to what they said. Rows that a person causes carry no time finer than a period and no
counter; what must be remembered of somebody in the middle of a talk is sealed under a key that lies elsewhere.
"""

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

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

answer = Table(  # from the replica that heard to the one that speaks, for a moment
    "answer",
    metadata,
    Column("id", LargeBinary, primary_key=True),  # random
    Column("day", Integer, nullable=False),  # since 1970
    Column("key", Integer, nullable=False),  # where its key lies
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

keyring = Table(  # which key directory replicas share
    "keyring",
    metadata,
    Column("mark", LargeBinary, primary_key=True),  # MAC of its keys
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
    Column("atom", Text, nullable=False),  # whose it counts with; see `released`
    Column("unit", Text, nullable=False),  # empty where the atom is wider than one unit
    Column("grp", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("dimension", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("options", Text, nullable=False),  # JSON list of option ids
    Column("number", Integer),
    Column("text", Text, nullable=False),  # masked
    Column("labels", Text, nullable=False),  # JSON: what the sorting suggests, and why
    Column("pupil", Integer, nullable=False),
    Column("lookup", LargeBinary),  # what its receipt finds it by; none came by other channels
    Column("reply_key", LargeBinary),  # whom an answer to it is sealed for
    Column(  # how unsure the sorting is, up to 101; 0 once somebody looked, or where nobody is to
        "doubt", Integer, nullable=False, server_default="0"
    ),
    sqlite_with_rowid=False,
)
Index("opinion_by_doubt", opinion.c.period, opinion.c.doubt)
Index("opinion_by_period", opinion.c.period, opinion.c.round)
_NOTHING: ColumnElement[str] = literal_column("''")
"""The empty text, as it has to stand in the statement itself: else a partial index is not seen to hold all that is wanted."""
WORDED, TAPPED = opinion.c.text != _NOTHING, opinion.c.text == _NOTHING
"""Opinions in words; and options that were tapped, with nothing written."""
Index(
    "opinion_in_words",
    opinion.c.period,
    opinion.c.round,
    sqlite_where=WORDED,
    postgresql_where=WORDED,
)
Index(  # all that a digest counts of taps, in the order in which it groups them
    "opinion_tapped",
    opinion.c.period, opinion.c.round, opinion.c.unit, opinion.c.grp, opinion.c.question, opinion.c.dimension,
    opinion.c.channel, opinion.c.options, opinion.c.number, opinion.c.labels, opinion.c.text,
    sqlite_where=TAPPED, postgresql_where=TAPPED,
)  # fmt: skip
Index("opinion_by_lookup", opinion.c.lookup, unique=True)  # a piece is released once

# -- the vault: what was handed in and not released yet; read docs/decisions/vault.md -------------------------------

vault = Table(  # a round's vault: how it is divided, and where its buckets end
    "vault",
    metadata,
    Column("round", Text, primary_key=True),
    Column("atoms", Text, nullable=False),  # JSON, frozen when the round opened
    Column("state", Text, nullable=False),  # open, closing (nothing more is taken) or closed
    Column("key", Integer, nullable=False),  # the slot of the key that tags are made with
    Column("epoch", Integer, nullable=False),  # ticks begun so far
    Column("cleared", Integer, nullable=False),  # epochs of whose people nothing waits any more
    Column("answers", Integer, nullable=False),  # answer buckets of this epoch
    Column("answers_wanted", Integer, nullable=False),  # as many as there will be soon
    Column("tags", Integer, nullable=False),  # tag buckets
    Column("tags_wanted", Integer, nullable=False),
    Column("tick", Text, nullable=False),  # the name of the last tick begun
    Column("pending", Text, nullable=False),  # JSON of the tick under way, or nothing
    sqlite_with_rowid=False,
)

bucket = Table(  # sealed and all of one size, empty or full
    "bucket",
    metadata,
    Column("round", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # answers or tags
    Column("epoch", Integer, primary_key=True),  # of answers; 0 for tags
    Column("number", Integer, primary_key=True),
    Column("version", LargeBinary, nullable=False),  # random: a counter would count people
    Column("key", Integer, nullable=False),  # where the key of this version lies
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

released = Table(  # how many took part, of those whose answers have been released
    "released",
    metadata,
    Column("round", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column(
        "atom", Text, primary_key=True
    ),  # an atom's id; unit/group where several were folded
    Column("units", Text, nullable=False),  # JSON list; empty for everywhere
    Column("grp", Text, nullable=False),  # empty for everybody
    Column("people", Integer, nullable=False),  # persons on the roster
    Column("guests", Integer, nullable=False),  # who came by an open link
    Column("submissions", Integer, nullable=False),
    Column("writers", Integer, nullable=False),  # with words of their own
    sqlite_with_rowid=False,
)

round_ = Table(  # a round as the office planned it; whether it is open is asked of the clock
    "round",
    metadata,
    Column("id", Text, primary_key=True),
    Column("script", Text, nullable=False),  # its script's digest
    Column("opens", Integer),  # seconds since 1970, UTC
    Column("closes", Integer),
    Column("reminders", Integer, nullable=False),
    Column("stopped", Integer, nullable=False),  # closed early by the office
)

wave = Table(  # one reminder to all who have not finished; a row is the claim to send it, once
    "wave",
    metadata,
    Column("round", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Integer, nullable=False),  # when it was sent, or dropped
    Column("note", Text, nullable=False),  # empty: sent; else why it was dropped
)

digest = Table(  # one period's digest: the snapshot all papers are drawn from
    "digest",
    metadata,
    Column("period", Text, primary_key=True),  # the closing date
    Column("version", Integer, nullable=False),
    Column("snapshot", Text, nullable=False),  # JSON
    Column("face", Text, nullable=False),  # JSON: what chat shows of it
    Column("personal", Text, nullable=False),  # JSON list: the personal files, sealed
    Column("sent", Integer, nullable=False),  # 0 a draft, 1 sent and never changed again
)

digest_portion = (
    Table(  # lines of a large digest, so many a row: the snapshot holds the first ones only
        "digest_portion",
        metadata,
        Column("period", Text, primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("number", Integer, primary_key=True),  # from 0
        Column("entries", Text, nullable=False),  # JSON
    )
)

digest_note = Table(  # the clerk's own words in a digest; figures are never among them
    "digest_note",
    metadata,
    Column("period", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("words", Text, nullable=False),
    sqlite_with_rowid=False,
)

# -- what the office says an opinion is, and which say the same -----------------------------------------------------

decision = Table(  # a label that somebody looked at; no person
    "decision",
    metadata,
    Column("opinion", LargeBinary, primary_key=True),  # its random id
    Column("field", Text, primary_key=True),  # topic, sifeng, kind, urgent or about
    Column("was", Text, nullable=False),  # what the sorting had said
    Column("now", Text, nullable=False),  # the same, or what is right
    sqlite_with_rowid=False,
)

theme = Table(  # opinions that say nearly the same; a number is never given twice
    "theme",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("named", Integer, nullable=False),  # 1: a person gave it the title
    Column("opinions", Integer, nullable=False),  # how many it has had, withdrawn ones too
    Column("periods", Integer, nullable=False),  # in how many it grew
    Column("latest", Text, nullable=False),  # the last of them
    Column("representative", LargeBinary, nullable=False),  # the opinion most like all others
    Column("sketch", Text, nullable=False),  # JSON: hashed pieces of its words, with weights
    Column("into", Integer, nullable=False),  # the theme it was merged into; 0: itself
    sqlite_with_rowid=False,
)

themed = Table(  # which opinion says what
    "themed",
    metadata,
    Column("opinion", LargeBinary, primary_key=True),
    Column("theme", Integer, nullable=False),
    Column("copy", Integer, nullable=False),  # 1: nearly letter for letter another's
    sqlite_with_rowid=False,
)
Index("themed_by_theme", themed.c.theme)

# -- what came by other ways than the chat: its writers are known to whoever entered it; read docs/intake.md ------------

intake = (
    Table(  # a meeting, a letter, a file: what is entered together can be taken back together
        "intake",
        metadata,
        Column("number", Integer, primary_key=True),
        Column("source", Text, nullable=False),
        Column(
            "period", Text, nullable=False
        ),  # the closing date; empty before it is confirmed
        Column("day", Text, nullable=False),  # it was begun
        Column("who", Text, nullable=False),  # the label of an account
        Column("state", Integer, nullable=False),  # see storage.intake
        Column(
            "key", Integer
        ),  # where the key of its waiting rows lies; none once they are gone
        Column("sealed", LargeBinary, nullable=False),  # whose chat, what is known of it
        Column("many", Integer, nullable=False),  # rows it came with
        Column("taken", Integer, nullable=False),
        Column("known", Integer, nullable=False),  # rows that were here before
        Column("bad", Integer, nullable=False),  # rows handed back
        sqlite_with_rowid=False,
    )
)

waiting = Table(  # rows as they came, until they are masked; then row and key are gone
    "waiting",
    metadata,
    Column("batch", Integer, primary_key=True),
    Column("kind", Text, primary_key=True),  # rows to be read, or rows to be handed back
    Column("number", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

entry = Table(  # one row that was taken: whoever brings it again brings nothing new
    "entry",
    metadata,
    Column("mac", LargeBinary, primary_key=True),  # of source and ticket, or of its words
    Column("batch", Integer, nullable=False),
    Column("opinion", LargeBinary, nullable=False),  # several where one matter came twice
    Column("received", Text, nullable=False),  # ISO date, or empty
    Column("due", Text, nullable=False),  # ISO date by which it has to be answered, or empty
    Column("origin", Text, nullable=False),  # the department that handed it on
    Column("early", Integer, nullable=False),  # said before what is under way began
    Column("urgent", Integer, nullable=False),  # 0 no, 1 the office is to be asked, 2 it was
    Column("merged", Text, nullable=False),  # JSON: its own words, where it is one with another
    sqlite_with_rowid=False,
)
Index("entry_by_batch", entry.c.batch)
Index("entry_by_opinion", entry.c.opinion)

twin = Table(  # two opinions that may be one matter, until somebody has looked
    "twin",
    metadata,
    Column("one", LargeBinary, primary_key=True),
    Column("other", LargeBinary, primary_key=True),
    Column("likeness", Integer, nullable=False),  # percent
    Column("apart", Integer, nullable=False),  # 1: somebody said that they are two
    sqlite_with_rowid=False,
)

mapping = Table(  # what the columns of tables with that head are, as somebody put it right
    "mapping",
    metadata,
    Column("source", Text, primary_key=True),
    Column("head", LargeBinary, primary_key=True),  # digest of the head
    Column("columns", Text, nullable=False),  # JSON: field to column
    sqlite_with_rowid=False,
)

mailing = Table(  # a letter that asks an institution for its opinions, and whether it came back
    "mailing",
    metadata,
    Column("unit", Text, primary_key=True),  # its id
    Column("sent", Text, primary_key=True),  # the day
    Column("due", Text, nullable=False),
    Column("returned", Text, nullable=False),  # the day; empty: not yet
    sqlite_with_rowid=False,
)

outbox = Table(  # what is to be handed to the office's chats and people, each thing once
    "outbox",
    metadata,
    Column("key", Text, primary_key=True),  # what, and to whom (a MAC): the once-only
    Column("kind", Text, nullable=False),
    Column("ref", Text, nullable=False),  # of what it speaks: a period, a round
    Column("sealed", LargeBinary, nullable=False),  # the address, under the master key
    Column("state", Integer, nullable=False),  # 0 waiting, 1 sent, 2 refused
)
Index("outbox_waiting", outbox.c.state)

circle = Table(  # a group chat of the office; the row outlives it without its address, so that its number is never given again
    "circle",
    metadata,
    Column("tag", LargeBinary, primary_key=True),  # MAC of the address; random once let go
    Column("number", Integer, nullable=False, unique=True),
    Column(
        "sealed", LargeBinary, nullable=False
    ),  # address, title, language; empty once let go
    sqlite_with_rowid=False,
)

# -- the talk with whoever holds a receipt; read docs/decisions/dialogue.md --------------------------------------------

letter = Table(  # what the office wrote to one released piece; its receipt alone opens it
    "letter",
    metadata,
    Column("lookup", LargeBinary, primary_key=True),  # of the piece
    Column("number", Integer, primary_key=True),  # from 1, of few
    Column("day", Integer, nullable=False),  # since 1970, when the office wrote it
    Column("sealed", LargeBinary, nullable=False),  # for the piece's reply key
    sqlite_with_rowid=False,
)

reply = Table(  # what a holder answered, once a talk tick has handed it on
    "reply",
    metadata,
    Column("id", LargeBinary, primary_key=True),  # made of the receipt: as good as random
    Column("lookup", LargeBinary, nullable=False),  # of the piece
    Column("number", Integer, nullable=False),  # of the letter
    Column("day", Integer, nullable=False),  # of the talk tick; nothing finer is kept
    Column("kind", Text, nullable=False),  # words, yes or no
    Column("asked", Text, nullable=False),  # the letter, so that the office knows what it asked
    Column("text", Text, nullable=False),  # masked
    sqlite_with_rowid=False,
)
Index("reply_by_lookup", reply.c.lookup)

signature = Table(  # a contact that somebody left on purpose, with what they handed in
    "signature",
    metadata,
    Column("id", LargeBinary, primary_key=True),  # made of the receipt: as good as random
    Column("day", Integer, nullable=False),  # since 1970
    Column("told", Integer, nullable=False),  # 1 once the office was told that there is one
    Column("key", Integer, nullable=False),  # where its key lies
    Column("sealed", LargeBinary, nullable=False),  # the contact, and what it is about
    sqlite_with_rowid=False,
)

tiding = Table(  # what the office has to tell those who wished to hear of a topic of a round
    "tiding",
    metadata,
    Column("round", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("day", Integer, nullable=False),  # since 1970, when the office wrote it
    Column(
        "tried", Integer, nullable=False
    ),  # the day it was last looked whether enough wish it
    Column("text", Text, nullable=False),  # masked
    sqlite_with_rowid=False,
)

telling = Table(  # somebody of many who are being told; gone as soon as they are
    "telling",
    metadata,
    Column("id", LargeBinary, primary_key=True),  # random
    Column("day", Integer, nullable=False),  # since 1970
    Column("key", Integer, nullable=False),  # where its key lies
    Column("sealed", LargeBinary, nullable=False),  # whom, in which language, and what
    sqlite_with_rowid=False,
)

urgent = Table(  # what could not wait: it left the vault on its writer's tap, and says nothing of who that was
    "urgent",
    metadata,
    Column("number", Integer, primary_key=True),  # random
    Column("period", Text, nullable=False),  # the closing date
    Column("day", Text, nullable=False),  # the day it came
    Column("at", Integer, nullable=False),  # the minute; 0 once nobody needs it any more
    Column("unit", Text, nullable=False),  # empty: not told
    Column("apart", Integer, nullable=False),  # it speaks of a leader: in no paper
    Column("text", Text, nullable=False),  # masked
    Column("lookup", LargeBinary),  # what its receipt finds it by
    Column("told", Integer, nullable=False),  # 0 nobody yet, 1 those on duty, 2 the office too
    Column("state", Text, nullable=False),
    Column("holder", Text, nullable=False),  # the label of who took it
    Column("handling", Text, nullable=False),
    Column("ended", Text, nullable=False),  # the day it was done
    sqlite_with_rowid=False,
)

# -- staff: who works here, and the codes that let somebody in -----------------------------------------------------

staff = Table(  # an account; the row outlives it without its address, so that its label is never given again
    "staff",
    metadata,
    Column("tag", LargeBinary, primary_key=True),  # MAC of the address; random once retired
    Column("role", Text, nullable=False),  # role and number are its label: office 2
    Column("number", Integer, nullable=False),
    Column("active", Integer, nullable=False),
    Column(
        "sealed", LargeBinary, nullable=False
    ),  # address, language, posts; empty once retired
    UniqueConstraint("role", "number"),
    sqlite_with_rowid=False,
)

seat = Table(  # a post that one person of a unit holds at a time
    "seat",
    metadata,
    Column("role", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("tag", LargeBinary, nullable=False),  # of the account
    sqlite_with_rowid=False,
)

invitation = Table(  # a code that waits to be used; the row is gone once it was, and says nowhere by whom
    "invitation",
    metadata,
    Column("mac", LargeBinary, primary_key=True),  # of the code, under the master key
    Column("expires", Integer, nullable=False),  # the last day it is good for, since 1970
    Column("unit", Text, nullable=False),  # of participants; empty: not told
    Column("grp", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # posts, for staff; empty for participants
    sqlite_with_rowid=False,
)

trail = Table(  # what staff did, and never to or for which participant
    "trail",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Integer, nullable=False),  # seconds since 1970, of a whole minute
    Column("who", Text, nullable=False),  # the label of an account, or server
    Column("deed", Text, nullable=False),
    Column("params", Text, nullable=False),  # JSON: ids, dates and numbers
)
Index("trail_by_time", trail.c.at)

awaited = Table(  # the command that an account's next free words complete
    "awaited",
    metadata,
    Column("tag", LargeBinary, primary_key=True),  # of the account
    Column("day", Integer, nullable=False),  # since 1970, when it was said
    Column("sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

errand = Table(  # a file the staff sent, until it has been read
    "errand",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("day", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # whose, the platform's name, what for
)

# -- the calendar: plans in their versions, and what was reported of their nodes -------------------------------------

campaign = Table(
    "campaign",
    metadata,
    Column("id", Integer, primary_key=True),  # the plan's number, the same in all versions
    Column("version", Integer, primary_key=True),
    Column("state", Integer, nullable=False),  # 0 draft, 1 living, 2 replaced, 3 ended
    Column("revision", Integer, nullable=False),  # whoever changes it names the one they saw
    Column("approved_by", Text, nullable=False),  # the label of an account
    Column(
        "sealed", LargeBinary, nullable=False
    ),  # its nodes, and the document while it is needed
    sqlite_with_rowid=False,
)
Index(  # of a plan one version lives
    "campaign_living",
    campaign.c.id,
    unique=True,
    sqlite_where=campaign.c.state == 1,
    postgresql_where=campaign.c.state == 1,
)

completion = Table(  # a node was reported done: by a unit, or once for all
    "completion",
    metadata,
    Column("campaign", Integer, primary_key=True),
    Column("node", Text, primary_key=True),
    Column("unit", Text, primary_key=True),  # empty: for all
    Column("occurrence", Text, primary_key=True),  # of what comes again: which day
    Column("day", Text, nullable=False),
    Column("who", Text, nullable=False),  # the label of an account
    sqlite_with_rowid=False,
)

feed = Table(  # an address at which the calendar can be subscribed to; the address itself is nowhere
    "feed",
    metadata,
    Column("mac", LargeBinary, primary_key=True),  # of the token in it
    Column("who", Text, nullable=False),  # the label of the account that made it
    Column("day", Text, nullable=False),
    sqlite_with_rowid=False,
)

talk = Table(  # one of the talks that leaders have with each other (谈心谈话), planned and held
    "talk",
    metadata,
    Column("unit", Text, primary_key=True),  # whose plan it is; empty: of the whole house
    Column("id", Text, primary_key=True),
    Column("place", Integer, nullable=False),  # in the plan
    Column("round", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # who, and by which rule
    Column("day", Text),  # planned for; YYYY-MM-DD
    Column("done", Text),  # held on
    Column(
        "record", LargeBinary, nullable=False
    ),  # what was said, sealed for the two and the office
    sqlite_with_rowid=False,
)

# -- what became of it ----------------------------------------------------------------------------------------------

problem_line = (
    Table(  # what was done to a problem of the list; how it stands is worked out from its lines
        "problem_line",
        metadata,
        Column("problem", Integer, primary_key=True),  # its number
        Column("line", Integer, primary_key=True),  # 0 is how it came to be listed
        Column("day", Text, nullable=False),
        Column("who", Text, nullable=False),  # the label of an account; empty for the clock
        Column("move", Text, nullable=False),
        Column("words", Text, nullable=False),
        Column("more", Text, nullable=False),  # JSON: ids, dates and numbers
        sqlite_with_rowid=False,
    )
)

problem = Table(  # how each problem stands: worked out from its lines as they are added, so that no list reads them all
    "problem",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("lines", Integer, nullable=False),  # how many of them are in it
    Column("rules", Integer, nullable=False),  # by which it was worked out
    Column("state", Text, nullable=False),
    Column("batch", Text, nullable=False),  # the notice it stands in
    Column("look", Text, nullable=False),  # when it is to be looked back at; empty: never
    Column("body", Text, nullable=False),  # JSON
    sqlite_with_rowid=False,
)
Index("problem_by_rules", problem.c.rules)
Index("problem_by_state", problem.c.state)
Index("problem_by_batch", problem.c.batch)

way = Table(  # what became of an opinion; without a row it is still to be judged
    "way",
    metadata,
    Column("opinion", LargeBinary, primary_key=True),  # its random id
    Column("way", Text, nullable=False),
    Column("problem", Integer, nullable=False),  # 0 for other ways
    Column("words", Text, nullable=False),  # the answer, the reason, or where it went
    Column("day", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("way_by_problem", way.c.problem)

clue = Table(  # what was handed over to the body in charge of discipline; its words stay with the opinion
    "clue",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("opinion", LargeBinary, nullable=False, unique=True),  # its random id: each once
    Column("body", Text, nullable=False),  # whom it was handed to: an institution
    Column("day", Text, nullable=False),
    Column("who", Text, nullable=False),  # the account's label
    Column("received", Text, nullable=False),  # the day it was acknowledged; empty until then
    Column("receiver", Text, nullable=False),  # who acknowledged it
    Column("noted", Text, nullable=False),  # the account that wrote that down
)

echo = Table(  # what goes back to the units and groups that raised something; nobody's row
    "echo",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("day", Integer, nullable=False),  # since 1970, when it was answered
    Column("title", Text, nullable=False),
    Column("words", Text, nullable=False),  # masked
    Column("scope", Text, nullable=False),  # JSON: units and groups
    Column("state", Integer, nullable=False),  # 0 waiting, 1 being told, 2 told
    Column("begun", Integer, nullable=False),  # the day its telling began
    Column("after", LargeBinary, nullable=False),  # behind which entry of the roster to go on
)

notice = Table(  # a batch of results that people can see and rate
    "notice",
    metadata,
    Column("batch", Text, primary_key=True),
    Column("opens", Text, nullable=False),
    Column("closes", Text, nullable=False),  # the last day it is up
    Column("units", Text, nullable=False),  # JSON list; empty for everybody
    Column("round", Text, nullable=False),  # in which it is rated
    Column("down", Integer, nullable=False),
    Column(
        "shown", Text, nullable=False, server_default="[]"
    ),  # JSON: what stands on it, for good
    sqlite_with_rowid=False,
)

appraisal = Table(  # a meeting that rates its leading team; nobody who votes is in it
    "appraisal",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("round", Text, nullable=False),  # in which it is voted; empty before
    Column("counted", Text, nullable=False),  # the day the votes were let out, YYYY-MM-DD
    Column("body", Text, nullable=False),  # JSON: who is rated, who votes, how many came
    Column("paper", Text, nullable=False),  # JSON: totals of paper ballots
    sqlite_with_rowid=False,
)

# -- days on which one may come and talk (校长接待日) ------------------------------------------------------------------

visiting_day = Table(  # a day with times one may book
    "visiting_day",
    metadata,
    Column("id", Text, primary_key=True),  # random: what buttons type
    Column("unit", Text, nullable=False),
    Column("day", Text, nullable=False),  # YYYY-MM-DD
    Column("starts", Integer, nullable=False),  # minutes of the day
    Column("ends", Integer, nullable=False),
    Column("length", Integer, nullable=False),  # of one talk, in minutes
    Column("place", Text, nullable=False),
    Column("host", Text, nullable=False),  # who receives
    Column("series", Text, nullable=False),  # the first day of its rule; empty without one
    Column("rule", Text, nullable=False),  # as an RRULE; empty where nothing follows of itself
    Column("state", Text, nullable=False),  # draft, up or off
    sqlite_with_rowid=False,
)

booking = Table(  # a time somebody has taken: identity, apart from anything they ever answered
    "booking",
    metadata,
    Column("visit", Text, primary_key=True),  # the visiting day
    Column("slot", Integer, primary_key=True),  # minutes of the day: nobody else can take it
    Column(
        "who", LargeBinary, nullable=False, unique=True
    ),  # MAC of address and date: one a person and day
    Column("told", Integer, nullable=False),  # 1 once the reminder of the day before is queued
    Column("key", Integer, nullable=False),  # where its key lies
    Column("sealed", LargeBinary, nullable=False),  # address, language, name, what it is about
    sqlite_with_rowid=False,
)
