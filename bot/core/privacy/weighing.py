"""What rules, readers and neighbours say about a name, weighed together.

First by hand: each place that anything takes for a name gets points, for each reader that sees exactly it, for what
stands before and behind it, for a family name that is no everyday word; and loses some for being a word of the
dictionary or for lying across one. A list of names carries those of its lines that look like words. Then by a scale: that
judgement is one of the many witnesses (`evidence`) whose worth was learned from written texts.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.core.privacy.evidence import Page, Place, of_a_people, weighable
from bot.core.privacy.names import (
    ANYBODY,
    FAMOUS,
    NO_NAME,
    NOT_TWICE,
    PLACE_BEHIND,
    SOUNDS,
    TITLE,
    Found,
    Proof,
    beside_a_person,
    of_a_sentence,
    of_a_textbook,
    sounds_given,
    twice_in_a_row,
)  # fmt: skip
from bot.core.privacy.spans import Candidate
from bot.core.privacy.surnames import COMPOUND, DOUBTFUL, GIVEN, SURNAME, SURNAME_CHARACTERS

if TYPE_CHECKING:  # so that a start does not wait for numpy
    from bot.core.privacy.names import Readers
    from bot.core.privacy.tagger import Reading

BOOK = 20_000
"""Characters from which only the last (lightest) reader reads: a whole file was pasted."""
ENOUGH = 8
"""Half points from which a place is a name."""
LIKELY = -0.5
"""What the witnesses of a name say together, at least: a little less than as likely as not."""
SURE = 1.0
"""What they say where a name is believed before what only looks like something else."""


def by_readers(
    text: str, readers: "Readers", ruled: Iterable[tuple[Candidate, Proof]] = ()
) -> Found:
    """Names in a text, from what the readers see in it and what the rules proposed."""
    page, sure, proofs = laid_out(text, readers, ruled)
    yield from sure
    scored = sorted(
        (
            (sum(readers.worth.get(one, 0.0) for one in page.witnesses(*place)), place)
            for place in page.places()
        ),
        reverse=True,
    )
    taken: set[int] = set()
    for worth, (start, end) in scored:
        if worth < LIKELY:
            break
        if not taken.isdisjoint(range(start, end)):
            continue
        taken.update(range(start, end))
        listed = text[start:end] in NO_NAME and worth < SURE
        if not (listed or _never(text, start, end)):
            yield _name(text, (start, end), sure=worth >= SURE or (start, end) in proofs)


def laid_out(
    text: str, readers: "Readers", ruled: Iterable[tuple[Candidate, Proof]]
) -> tuple[Page, list[Candidate], Mapping[Place, Proof]]:
    """A text ready to be weighed, what needs no scale, and what the rules propose."""
    proofs: dict[Place, Proof] = {}
    sure: list[Candidate] = []
    for one, proof in ruled:
        if one.type == "name" and proof in ("said", "job"):
            proofs[one.start, one.end] = proof
        else:
            sure.append(one)
    dotted = as_read(text)
    readings = tuple(
        reader.read(dotted)
        for reader in (readers.taggers if len(text) <= BOOK else readers.taggers[-1:])
    )
    counted = list(_counted(text, readings, proofs, readers.words))
    judged = {(one.start, one.end) for one in counted if one.type in ("name", "nickname")}
    titled = {(one.start, one.end) for one in sure if one.type == "name"}
    sure += [
        one for one in counted if one.type != "name" or not weighable(text[one.start : one.end])
    ]
    page = Page(
        text,
        readings,
        readers.words,
        readers.lexicon,
        proposed=frozenset({*proofs, *titled}),
        judged=frozenset(judged),
    )
    return page, sure, proofs


def _counted(
    text: str,
    readings: "Sequence[Reading]",
    proofs: Mapping[Place, Proof],
    words: frozenset[str],
) -> Found:
    """Names by half points, counted by hand: a witness to the scale, and all there is where it knows nothing."""
    seen = [
        {place for span in one.spans for place in _trimmed(text, *span)} for one in readings
    ]
    touched = [{at for place in one for at in range(*place)} for one in seen]
    places = sorted({*proofs, *(place for one in seen for place in one)})
    names: list[Candidate] = []
    unsure: list[tuple[Place, int]] = []
    for place in places:
        votes = _votes(place, seen, touched)
        name = _judged(text, place, votes, proofs.get(place), words)
        if name:
            names.append(name)
        elif votes >= 5:
            unsure.append((place, votes))
    others = [*((one.start, one.end) for one in names), *(place for place, _ in unsure)]
    begins, ends = {start for start, _ in others}, {end for _, end in others}
    for place, votes in unsure:
        if _joins_a_name(text, place, begins, ends):
            name = _judged(text, place, votes + 3, proofs.get(place), words)
            names += [name] if name else []
    yield from names
    yield from _in_lists(text, names)


def _never(text: str, start: int, end: int) -> bool:
    """What no witness outweighs: figures of history, titles of works, streets and schools, sheets of paper."""
    word = text[start:end]
    return (
        word in FAMOUS
        or word in ANYBODY
        or of_a_textbook(text, start, end)
        or twice_in_a_row(text, start, end)
        or (word[0] in "向学像和" and word[1:] in FAMOUS)
        or _quoted(text, start, end)
        or _no_person(text, start, end)
        or (
            _price_behind.match(text, end) is not None
            and _price_before.search(text, max(0, start - 8), start) is not None
        )
    )


_price_behind = re.compile(r"[ :：]?[0-9.]{1,6} ?(?:元|块|毛)")
_price_before = re.compile(r"(?:元|块|毛)(?:一[份斤个碗])?[、，, ]{0,2}$")


def _name(text: str, place: Place, *, sure: bool) -> Candidate:
    word = text[slice(*place)]
    whole = word[0] in SURNAME_CHARACTERS or len(word) > 2 or of_a_people(word)
    return (
        Candidate(*place, "name", 2 if sure else 1)
        if whole
        else Candidate(*place, "nickname", 1)
    )


def as_read(text: str) -> str:
    """A folded text as readers want it: foreign names with the dot they write, not the plain one."""
    return _dot.sub("·", text)


def _joins_a_name(
    text: str, place: Place, begins: Container[int], ends: Container[int]
) -> bool:
    """A、B and A和B: what stands beside a name is one sooner."""
    start, end = place
    before, behind = text[max(0, start - 1) : start], text[end : end + 1]
    return (behind in _JOINTS and end + 1 in begins) or (
        before in _JOINTS and start - 1 in ends
    )


_JOINTS = frozenset("、和与跟及")


def _votes(place: Place, seen: Sequence[set[Place]], touched: Sequence[set[int]]) -> int:
    """Half points: five for a reader that sees just this, two for one that sees some of it."""
    return sum(
        5 if place in exact else 0 if some.isdisjoint(range(*place)) else 2
        for exact, some in zip(seen, touched, strict=True)
    )


def _judged(
    text: str, place: Place, votes: int, proof: Proof | None, words: frozenset[str]
) -> Candidate | None:
    start, end = place
    word = text[start:end]
    if (
        word in FAMOUS
        or (word[0] in "向学像和" and word[1:] in FAMOUS)
        or word in NO_NAME
        or word in ANYBODY
        or of_a_textbook(text, start, end)
        or twice_in_a_row(text, start, end)
        or _quoted(text, start, end)
        or PLACE_BEHIND.match(text, end)
        or _no_person(text, start, end)
    ):
        return None
    if len(word) == 1 or word in COMPOUND:
        family = word in COMPOUND or (word in SURNAME_CHARACTERS and word != "阿")
        titled = family and not of_a_sentence(text, start, end) and _titled.match(text, end)
        return Candidate(start, end, "titled_name", 1) if titled else None
    beside = beside_a_person(text, start, end)
    if word[0] in "小老阿大胖" and len(word) == 2:
        family = word[1] in SURNAME_CHARACTERS and word[1] not in DOUBTFUL
        known = votes + 2 * beside + (3 if family else 0) - (4 if word in words else 0) >= 7
        return Candidate(start, end, "nickname", 1) if known else None
    if word[0] == word[-1] and len(word) == 2:
        known = word not in NOT_TWICE and word not in words and votes + 3 * beside >= 7
        return Candidate(start, end, "nickname", 1) if known else None
    if word.isascii():
        named = word[0].isupper() and word[1:].islower() and len(word) >= 3
        return (
            Candidate(start, end, "name", 1)
            if named and votes + 3 * beside >= 7 and not _latin_around(text, start, end)
            else None
        )
    if _foreign.fullmatch(word):
        return Candidate(start, end, "name", 3)
    if proof == "job":  # the post before it counts once
        beside = beside_a_person(text, start, end, before=False)
    titled = _titled.match(text, end) is not None
    points = votes + _shape(word, words) + _edges(text, start, end, words) + 3 * beside
    points += 8 if proof == "said" else 3 if proof == "job" else 0
    points += proof == "job" and text[end : end + 1] in _MARKS
    points += 3 if titled and votes else 0
    if votes >= 10 and len(word) == 2 and points == 6 and word not in words:
        points += 2  # both readers see a given name alone: 梓萱
    if word in words:
        points -= 0 if proof == "said" else 2 if titled else 4 if beside else 6
    if points < ENOUGH:
        return None
    return _name(text, place, sure=proof is not None or votes >= 7)


_a_child = re.compile(r"娃[儿娃]?$|^娃")
_sheets = re.compile(r"(?:[这那一两二三四五六七八九十几半每各]|塞给我|送了|填|领|照了)$")
_a_sheet = re.compile(
    r"张(?:卡|表|纸|单|票|照|图|条|证|嘴|桌|床|字条|合影|创可|卷|相|发票|通知)"
)


def _no_person(text: str, start: int, end: int) -> bool:
    """城里娃 is any child of the town; a sheet of paper (张卡) is counted like a family name."""
    return (
        (end - start > 1 and _a_child.search(text[start:end]) is not None)
        or _a_sheet.match(text, start) is not None
        or (text[start] == "张" and _sheets.search(text, max(0, start - 3), start) is not None)
    )


def _shape(word: str, words: frozenset[str]) -> int:
    """Half points for how a word is made: family and given name, or the sounds of another tongue."""
    sounds = sum(char in SOUNDS for char in word)
    foreign = -4 if len(word) < 3 else 2 if sounds >= 0.6 * len(word) else -2
    family = 2 if word[:2] in COMPOUND else 1 if word[0] in SURNAME_CHARACTERS else 0
    given = word[family:]
    if any(char in _GRAMMAR for char in given):
        return -8
    if not family:
        return 2 if sounds_given(word) and word not in words else foreign
    if not 1 <= len(given) <= 2:
        return foreign
    points = 3 if family == 2 else 0 if word[0] in DOUBTFUL else 2
    points += 2 if len(given) == 2 or family == 2 else 0
    points += sum(char in GIVEN for char in given) - sum(char in _SELDOM for char in given)
    if len(given) == 2 and (given in words or word[:2] in words):
        points -= 2
    return max(points, foreign)


_GRAMMAR = frozenset(
    "的了是们你我他她它吗呢吧么很也就都又被把给让没不这那哪些个，。、；：！？（）() ,.:;!?"
)
_SELDOM = frozenset(
    "饭菜面汤钱在有没说到去来和跟与及或还上下里后前时要会能可太再得着过对从向于为课办校班级师生人学教"
)


def _edges(text: str, start: int, end: int, words: frozenset[str]) -> int:
    """Plus where it stands between two marks, minus where an everyday word lies across an edge of it."""
    left = start > 0 and text[start - 1 : start + 1] in words
    right = text[end - 1 : end + 1] in words and end < len(text)
    alone = text[max(0, start - 1) : start] in _MARKS and text[end : end + 1] in _MARKS
    return alone - left - right


_MARKS = frozenset(["", *"，。、；：！？ ,.;:!?()\n"])


_dot = re.compile(r"(?<=[\u4e00-\u9fff])[.](?=[\u4e00-\u9fff])")
_titled = re.compile(f"(?:某|副)?{TITLE}")
_foreign = re.compile(r"[\u4e00-\u9fff]{1,6}(?:[·•.][\u4e00-\u9fff]{1,8}){1,3}")


def _latin_around(text: str, start: int, end: int) -> bool:
    """Inside an English sentence or a line of code, where every second word has a capital."""
    return bool(
        re.search(r"[A-Za-z0-9_.(=]$", text[max(0, start - 2) : start].rstrip())
    ) or bool(re.match(r" ?[A-Za-z0-9_.()=]", text[end : end + 2]))


_not_a_name_character = re.compile(
    r"(?:[^\u4e00-\u9fff·•.A-Za-z]|(?<![\u4e00-\u9fff])[.]|[.](?![\u4e00-\u9fff]))+"
)
_tail = re.compile(
    rf"(?:副?{TITLE}|的?(?:妈妈|爸爸|妈|爸|家长|奶奶|爷爷|爹|娘)|某人?|姓|小朋友|教师|等)$"
)
_head = re.compile(
    r"^(?:老师|班主任|校长|主任|同学|学生|教练|会计|书记|班|叫|姓|谢谢|感谢|小学|中学|和|与|级)"
)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The name itself: without titles, marks and words of the sentence that the model took in."""
    at = start
    for piece in [*_not_a_name_character.finditer(text, start, end), None]:
        first, last = at, piece.start() if piece else end
        at = piece.end() if piece else end
        while head := _head.match(text[first:last]):
            first += head.end()
        while tail := _tail.search(text[first:last]):
            last = first + tail.start()
        if last > first:
            yield first, last


def _quoted(text: str, start: int, end: int) -> bool:
    """Inside the marks of a title of a work."""
    opened = text.rfind("《", max(0, start - 30), start)
    return (
        opened >= 0
        and text.find("》", opened, start) < 0
        and text.find("》", end, end + 30) >= 0
    )


_NAME = rf"(?:{SURNAME})[\u4e00-\u9fff]{{1,2}}"
_item = re.compile(
    rf"(?:(?<![\u4e00-\u9fff])|(?<=周[一二三四五六日]))(?P<name>{_NAME})(?![\u4e00-\u9fff])"
)
_between_items = re.compile(
    r"(?:[（(][^（）()\n]{0,12}[)）])?[ ]*(?:[、，,；;/ \n]|[男女]|[0-9.\-%分]|周[一二三四五六日]|语文|数学|英语|和|[：:]){1,14}"
)


def _in_lists(text: str, names: list[Candidate]) -> Found:
    """What stands in a list of names is a name, even where it looks like a word: 何苗, 田野, 路遥."""
    sure = {(one.start, one.end) for one in names if one.type == "name"}
    row: list[Place] = []
    for found in [*_item.finditer(text), None]:
        here = found.span("name") if found else None
        if row and here and _between_items.fullmatch(text, row[-1][1], here[0]):
            row.append(here)
            continue
        roster = len(row) >= 3 and _a_roster(text, row)
        if roster or (len(row) >= 3 and 2 * sum(place in sure for place in row) >= len(row)):
            for start, end in row:
                if roster or (text[start:end] not in NO_NAME and text[start:end] not in FAMOUS):
                    yield Candidate(start, end, "name", 1)
        row = [here] if here else []


def _a_roster(text: str, row: list[Place]) -> bool:
    """Every line has its score, its sex or its post, and something before says whose: no prices."""
    start, end = row[0][0], row[-1][1]
    gaps = [text[one[1] : other[0]] for one, other in pairwise(row)]
    return (
        _whose.search(text, max(0, start - 24), start) is not None
        and all(_of_a_person.search(gap) for gap in gaps)
        and not _price.search(text, start, end + 6)
    )


_whose = re.compile(
    r"名单|名字|前[一二三四五六七八九十0-9]|名次|值日|公示|成绩|排名|语文|数学|英语|班委|学生|同学|打架|获奖|评[上优]|高级|职称|入围|录取|负责|人员|考生|[一二三四五六七八九十几0-9]人[:：]|如下|分别是"
)
_of_a_person = re.compile(
    r"[男女]|(?<![0-9])[0-9]{1,3}[.、)]|[（(][^（）()]{1,12}[)）]|(?<![0-9.])[0-9]{1,3}(?![0-9.])|^ ?[、，, \n]{1,3}$|周[一二三四五六日]"
)
_price = re.compile(r"元|块钱|[0-9]块|毛|斤|￥|¥|/份|一份|[0-9]\.[0-9]")
