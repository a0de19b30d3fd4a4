"""What speaks for and against a name, listed: the witnesses whom a fitted scale weighs (`weighing`).

A witness is a short word such as "lac=name" or "behind=title": what a reader thinks of the characters, how a name is
made, what stands before and behind it. Each place of a text that might be a name gets all of its witnesses; what each is
worth was learned from written texts (`tests/language/fit_names.py`), not set by hand.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.core.privacy.names import (
    NO_NAME,
    PLACE_BEHIND,
    SOUNDS,
    TITLE,
    beside_a_person,
)
from bot.core.privacy.surnames import (
    COMMON,
    COMPOUND,
    DOUBTFUL,
    GIVEN,
    PEOPLES,
    SURNAME_CHARACTERS,
    USUAL_FAMILIES,
)

if TYPE_CHECKING:  # so that a start does not wait for numpy
    from bot.core.privacy.tagger import Reading

Place = tuple[int, int]

LONGEST = 5
"""Characters of a name without a dot."""
HEARD = 0.02
"""How likely a reader must deem one character of a place for it to be looked at without another reason."""

_KIN_WORD = (
    r"(?:儿子|女儿|孩子|小孩|娃儿?|娃娃|闺女|女子|姑娘|丫头|孙子|孙女|外孙女?|侄子|侄女|外甥女?|弟弟?|妹妹?|哥哥?|姐姐?|爱人|丈夫|妻子|老公|老婆|媳妇|"
    r"爸爸?|妈妈?|父亲|母亲|爷爷|奶奶|外公|外婆|姥姥|姥爷|舅舅?|舅子|姑姑|姨妈?|叔叔?|伯伯?|妻弟|表[兄弟哥姐妹]|堂[兄弟哥姐妹]|崽|伢子|妹子|妮儿?)"
)
_BEFORE: tuple[tuple[str, str], ...] = (
    ("said", r"(?:[我他她名]叫|叫做|名字[叫是]?|姓名|户名|署名|[本真全学]名|名为|人名|填的|登记的)[：:是为叫 “\"「]{0,3}"),
    ("self", r"(?:本人|我是|[来写]信人|反映人|举报人|投诉人|留言人|申请人|代录人|口述人|咨询人|求助人|建议人|致谢人|联系人?|署名|落款|敬上|此致|敬礼)[，,：: 是为\n（(]{0,3}"),
    ("party", r"(?:负责人|法人(?:代表)?|法定代表人|收款人|收件人|经办人|监护人|承包人|当事人|涉事人|校医|老板|中介|房东|包工头|经理|会计|出纳|司机|保安|门卫|宿管|厨师|护工|保育员|生活老师|[\u4e00-\u9fff]{2}(?<!工)人)[是叫为：: （(]{0,2}"),
    ("teacher", r"(?:班主任|老师|教师|校长|书记|主任|园长|教练|外教|导师|院长|局长|科长|股长|组长|队长|所长|站长|镇长|村长|教授|干部)[是叫为：: （(]{0,2}"),
    ("pupil", r"(?:学生|同学|同桌|室友|考生|新生|班长|委员|女[孩生童]|男[孩生童]|小朋友|幼儿|选手|队员|学员|少年|孤儿)[是叫为：: （(]{0,2}"),
    ("people", r"(?:村民|居民|市民|群众|党员|职工|员工|工人|同事|邻居|民警|家长|户主|业主|租客|农户|牧民|志愿者|医生|护士|退休教师)[是叫为：: （(]{0,2}"),
    ("kin", _KIN_WORD + r"[是叫为：: （(]{0,2}"),
    ("deed", r"(?:找|被|跟|让|喊|骂|打|问|谢谢|感谢|多谢|表扬|举报|投诉|转告|告诉|请|给|向|由|对|把|替|帮|和|与|及|是|有|像|至|到|听|见|@|叫)"),
    ("list", r"[、/＋+]"),
    ("quote", r"[“‘「\"'（(]"),
    ("line", r"(?:^|\n)"),
    ("mark", r"[，。；！？：,.;:!? ]"),
    ("digit", r"[0-9A-Za-z]"),
    ("place", r"(?:小学|中学|一中|二中|三中|学校|幼儿园|[班村局组县镇乡司级部科处室])的?"),
    ("of", r"的"),
    ("number", r"[一二三四五六七八九十两几这那每各][个名位]?"),
)  # fmt: skip
_BEHIND: tuple[tuple[str, str], ...] = (
    ("title", rf"某?副?{TITLE}"),
    ("pupil", r"(?:小朋友|同学|学生|这[个孩娃]|这位)"),
    ("kin", rf"的?{_KIN_WORD}|的?家长|[他她]{_KIN_WORD}"),
    ("phone", r"[，,（( ：:。\n]{0,3}(?:我的?)?(?:联系)?(?:电话|手机|微信|QQ|qq|邮箱|号码|身份证|证号|准考证|学号|工号|住|家住|tel|Tel)|[，,（( ：:\n]{1,3}[+]?[0-9幺一][0-9 \-]{4}|[0-9]{7}"),
    ("says", r"(?:说|讲|骂|打|踢|推|扇|堵|逼|抢|欺负|哭|喊|问|答|回|拿|收|偷|教|带|来|去|走|追|当|没|还|又|也|都|就|在|把|被|跟|从|给|替|因|要|会|能|老是|总|天天|已|才|不|亲自|负责|分管|一直)"),
    ("have", r"的"),
    ("group", r"(?:等|[一二两三四五六七八九十几0-9]{1,2}[个名位人]|[俩仨]|他们|[们])"),
    ("list", r"[、/＋+和与及跟]"),
    ("bracket", r"[（(](?:[男女]|[一二三四五六七八九初高大中小0-9]|班|语|数|英|体|音|美|现|原|系|[0-9])"),
    ("close", r"[”’」\"'）)]"),
    ("end", r"(?:$|\n)"),
    ("mark", r"[，。；！？：,.;:!? ]"),
    ("digit", r"[0-9A-Za-z]"),
    ("place", PLACE_BEHIND.pattern),
    ("hidden", r"[某*×xX]"),
)  # fmt: skip
_before = tuple((name, re.compile(f"(?:{shape})$")) for name, shape in _BEFORE)
_behind = tuple((name, re.compile(shape)) for name, shape in _BEHIND)
_LOOK_BACK = 10
_NEAR = 600
"""Characters before and behind in which another mention is looked for."""

_trigger = re.compile(
    "(?:"
    + "|".join(
        shape
        for name, shape in _BEFORE
        if name in ("said", "self", "party", "teacher", "pupil", "people", "kin")
    )
    + ")"
)
_follows = re.compile(
    "|".join(
        f"(?:{shape})" for name, shape in _BEHIND if name in ("title", "pupil", "kin", "phone")
    )
)
_han = re.compile("[\u4e00-\u9fff]+")
_clause = re.compile("(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,4}(?![\u4e00-\u9fff])")
_told = re.compile(rf"(?:{_KIN_WORD}|的{_KIN_WORD}|家长|{TITLE})")
_PEOPLES_BEGIN = frozenset(name[:2] for name in PEOPLES)
_joint = frozenset("、和与跟及/＋+")
_BREAKS = frozenset("某的了们你我他她它吗呢吧么很这那哪些个就都也又没把被让给不姓岁您")
_SELDOM = frozenset(
    "饭菜面汤钱在有没说到去来和跟与及或还上下里后前时要会能可太再得着过对从向于为课办校班级师生人学教是什怎每年月日"
)


class _Beside(dict[int, list[str]]):
    """What stands beside each edge of places, by the edge: many places share one, and it is looked for once."""

    def __init__(self, look: Callable[[int], list[str]]) -> None:
        super().__init__()
        self._look = look

    def __missing__(self, edge: int) -> list[str]:
        found = self[edge] = self._look(edge)
        return found


def _leading(text: str, start: int) -> list[str]:
    first = max(0, start - _LOOK_BACK)
    return [name for name, shape in _before if shape.search(text, first, start)]


def _following(text: str, end: int) -> list[str]:
    return [name for name, shape in _behind if shape.match(text, end)]


class Page:
    """A text with what the readers made of it."""

    def __init__(
        self,
        text: str,
        readings: "Sequence[Reading]",
        words: frozenset[str],
        lexicon: Mapping[str, str],
        *,
        proposed: frozenset[Place],
        judged: frozenset[Place],
    ) -> None:
        """`proposed` is where rules see a name, `judged` where rules and readers, counted by hand, make one."""
        self.text = text
        self.readings = readings
        self.words = words
        self.lexicon = lexicon
        self.proposed = proposed
        self.judged = judged
        self._spans = [
            {at: span for span in reversed(one.spans) for at in range(*span)}
            for one in readings
        ]
        self._under_judged = {at for span in judged for at in range(*span)}
        self._before = _Beside(lambda start: _leading(text, start))
        self._behind = _Beside(lambda end: _following(text, end))

    def places(self) -> list[Place]:
        """Every place that might be a name, with or without a family name."""
        text = self.text
        found = {*self.proposed, *self.judged}
        for reading in self.readings:
            for start, end in reading.spans:
                for han in _han.finditer(text, start, end):
                    found.update(_around(*han.span()))
        found.update(clause.span() for clause in _clause.finditer(text))
        for told in _told.finditer(text):
            found.update((told.start() - size, told.start()) for size in (2, 3))
        for trigger in _trigger.finditer(text):
            found.update((trigger.end(), trigger.end() + size) for size in (2, 3, 4))
        found.update(self._begun())
        return sorted(place for place in found if self._possible(*place))

    def _begun(self) -> Iterator[Place]:
        """Where a family name stands, or a name of a people that has none."""
        text = self.text
        for start in range(len(text) - 1):
            pair = text[start : start + 2]
            if pair in _PEOPLES_BEGIN:
                for end in range(start + 2, start + LONGEST + 1):
                    if of_a_people(text[start:end]):
                        yield start, end
            family = 2 if pair in COMPOUND else 1 if pair[0] in SURNAME_CHARACTERS else 0
            for end in (start + family + 1, start + family + 2) if family else ():
                if family == 2 or self._heard(start, end) or _follows.match(text, end):
                    yield start, end

    def _heard(self, start: int, end: int) -> bool:
        """Whether a reader deems any character of it likely."""
        return any(
            max(*one.begins[start:end], *one.goes_on[start:end]) >= HEARD
            for one in self.readings
        )

    def _possible(self, start: int, end: int) -> bool:
        word = self.text[start:end]
        return (
            start >= 0
            and 2 <= end - start <= LONGEST
            and end <= len(self.text)
            and _han.fullmatch(word) is not None
            and (of_a_people(word) or not any(char in _BREAKS for char in word))
        )

    def witnesses(self, start: int, end: int) -> list[str]:
        """All that speaks about one place."""
        text, words = self.text, self.words
        word = text[start:end]
        seen = ["always", f"long={end - start}"]
        seen += self._read(start, end)
        seen += _made(word, words)
        for part, piece in (
            ("whole", word),
            ("head", word[:2]),
            ("given", word[1:]),
            ("tail", word[-2:]),
        ):
            sort = (
                self.lexicon.get(piece, "-")
                if part == "whole" or len(piece) < len(word)
                else "-"
            )
            seen.append(f"{part}={sort}")
            seen.append(f"{part}={sort[0]}")
            seen.append(f"{part}={sort[-1]}")
        before, behind = self._before[start], self._behind[end]
        seen += [f"before={name}" for name in before]
        seen += [f"behind={name}" for name in behind]
        first = before[0] if before else "-"
        last = behind[0] if behind else "-"
        everyday = "w" if word in words else "-"
        seen.append(f"between={first},{last}")
        seen.append(f"first={first},{everyday}")
        seen.append(f"last={last},{everyday}")
        seen.append(f"beside={beside_a_person(text, start, end)}")
        if (start, end) in self.proposed:
            seen += ["ruled", f"ruled,{everyday}"]
        if (start, end) in self.judged:
            seen += ["judged", f"judged,{everyday}"]
        elif not self._under_judged.isdisjoint(range(start, end)):
            seen.append("judged=over")
        for side, a, b in (
            ("left", start - 1, start + 1), ("left2", start - 2, start), ("left3", start - 2, start + 1), ("right", end - 1, end + 1),
            ("right3", end - 1, end + 2), ("next", end, end + 2), ("more", start, end + 1), ("most", start, end + 2), ("less", start - 1, end),
        ):  # fmt: skip
            if a >= 0 and (sort := self.lexicon.get(text[a:b])):
                seen.append(f"{side}={sort}")
                seen.append(f"{side}={sort[-1]}")
        seen.append(f"joined={self._joined(start, end)}")
        whole = (not start or not _han.match(text, start - 1)) and not _han.match(text, end)
        if whole:
            seen.append(f"x{text[start - 1 : start]}{text[end : end + 1]}")
            seen.append(f"whole={len(word)},{everyday}")
            if not _clause.search(text, end) and len(text) - end < 40:
                seen.append(f"whole=last,{everyday}")
            if not start:
                seen.append(f"whole=first,{everyday}")
        if text.count(word, max(0, start - _NEAR), end + _NEAR) > 1:
            seen.append("again")
        seen.append(f"-1{text[start - 1 : start]}")
        seen.append(f"-2{text[max(0, start - 2) : start]}")
        seen.append(f"+1{text[end : end + 1]}")
        seen.append(f"+2{text[end : end + 2]}")
        return seen

    def _joined(self, start: int, end: int) -> int:
        """A、B and A和B: on how many sides a place stands beside what a reader takes for a name."""
        text = self.text
        left = text[max(0, start - 1) : start] in _joint and start
        right = text[end : end + 1] in _joint and end < len(text)
        return bool(left and any(start - 2 in spans for spans in self._spans)) + bool(
            right and any(end + 1 in spans for spans in self._spans)
        )

    def _read(self, start: int, end: int) -> Iterator[str]:
        exact = 0
        size = end - start
        for who, one in enumerate(self.readings):
            spans = self._spans[who]
            first = next((spans[at] for at in range(start, end) if at in spans), None)
            if first is None:
                yield f"{who}=none"
            elif first == (start, end):
                exact += 1
                yield f"{who}=exact"
            else:
                a, b = first
                yield f"{who}=" + ("starts" if a == start else "ends" if b == end else "over")
                yield f"{who}=" + ("longer" if b - a > size else "shorter")
            yield f"{who}b{_bucket(one.begins[start])}"
            inner = one.goes_on[start + 1 : end]
            yield f"{who}i{_bucket(min(inner))}"
            yield f"{who}m{_bucket(max(max(inner), one.begins[start]))}"
            after = one.goes_on[end] if end < len(self.text) else 0.0
            yield f"{who}a{_bucket(after)}"
            before = max(one.begins[start - 1], one.goes_on[start - 1]) if start else 0.0
            yield f"{who}p{_bucket(before)}"
        yield f"exact={exact}"
        if self.readings:
            total = [
                min(one.begins[start], *one.goes_on[start + 1 : end]) for one in self.readings
            ]
            yield f"both{_bucket(min(total))},{_bucket(max(total))}"


def of_a_people(word: str) -> bool:
    """Whether it is made of names of other peoples of the country, who bear no family name."""
    return word in PEOPLES or any(
        word[:cut] in PEOPLES and (word[cut:] in PEOPLES or len(word) == cut + 1)
        for cut in range(2, len(word))
    )


def weighable(word: str) -> bool:
    """Whether the scale knows such words: Chinese characters without a dot."""
    return len(word) <= LONGEST and _han.fullmatch(word) is not None


def _around(start: int, end: int) -> Iterator[Place]:
    for first in (start - 1, start, start + 1):
        for last in (end - 1, end, end + 1):
            if first >= 0 and 2 <= last - first <= LONGEST:
                yield first, last


def _bucket(share: float) -> int:
    """Coarse steps of how likely: below a thousandth, a hundredth, a twentieth, a fifth, a half, nine tenths."""
    return (
        (share > 0.001)
        + (share > 0.01)
        + (share > 0.05)
        + (share > 0.2)
        + (share > 0.5)
        + (share > 0.9)
        + (share > 0.99)
    )


def _made(word: str, words: frozenset[str]) -> Iterator[str]:
    """How it is made: family and given name, everyday words, sounds of other tongues."""
    family = 2 if word[:2] in COMPOUND else 1 if word[0] in SURNAME_CHARACTERS else 0
    given = word[family:]
    kind = (
        "two" if family == 2 else "none" if not family else "usual" if word[0] in USUAL_FAMILIES
        else "doubtful" if word[0] in DOUBTFUL else "known" if word[0] in COMMON else "rare"
    )  # fmt: skip
    yield f"family={kind}"
    yield f"family={kind},{len(given)}"
    chosen = sum(char in GIVEN for char in given)
    yield f"given={len(given)},{chosen}"
    yield f"seldom={min(2, sum(char in _SELDOM for char in given))}"
    if word in words:
        yield "word"
        yield f"word,{kind}"
    if len(given) == 2 and given in words:
        yield "word=given"
    if len(word) > 2 and word[:2] in words:
        yield "word=head"
    if word in NO_NAME or word[:2] in NO_NAME:
        yield "listed"
    if given and given[0] == given[-1] and len(given) == 2:
        yield "twice"
    sounds = sum(char in SOUNDS for char in word)
    if sounds >= 0.6 * len(word):
        yield f"sounds={kind == 'none'},{len(word)}"
    if of_a_people(word):
        yield "people"
        yield f"people={kind == 'none'},{len(word)}"
    yield f"f{word[:family]}"
    for char in given:
        yield f"g{char}"
    yield f"e{word[-1]}"
