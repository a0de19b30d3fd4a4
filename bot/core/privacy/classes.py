"""A class together with a child, a parent or a post in it: that is one person of a school."""

import re
from collections.abc import Container, Iterator

from bot.core.privacy.spans import Candidate, Found
from bot.core.privacy.surnames import SURNAME

_GRADE = r"(?:[一二三四五六七八九]|[0-9]{1,2}|20[0-9]{2})"
_SECTION = r"(?:[A-Za-z]?[0-9]{1,4}|[一二三四五六七八九十]{1,3}|[A-Za-z])"
_class_before = re.compile(
    rf"(?:(?:小学|初中|高中|幼儿园)?(?:{_GRADE}(?:年级|年|级)|[初高][一二三1-3]|[大中小幼托]|小小|{_GRADE})[ ]?"
    rf"(?:[(\[][ ]?{_SECTION}[ ]?[)\]]|{_SECTION})|[1-9]\.[0-9]{{1,2}}|(?:初中?|高中?)?[0-9]{{1,2}}|[A-Za-z][0-9]{{1,2}}|[初高CcGgKk]?[0-9]{{3,4}}|托?[大中小]|小小|{_SECTION}|[(\[]{_SECTION}[)\]])[ ]?班$"
    rf"|[\u4e00-\u9fff]{{0,3}}[0-9]{{3,4}}班$"
)
_NOT_A_CLASS = re.compile(
    r"(?<![0-9)])班车|班(?:主任|会|费|长|级|子|里|上|次|干|委|机|额|组|科|后|前|时)"
)


_track = re.compile(
    r"(?:(?:职高|职校|中专|技校|高中|初中|小学)?[0-9]{2,4}级[\u4e00-\u9fff]{0,4}|(?:职高|职校|中专|技校|学前班|托班)|[0-9一二三四五六]岁|(?:小学|初中|高中)部"
    r"|(?:(?:职高|职校|中专|技校)?[一二三]年级|[初高][一二三]|[0-9]{2,4}级?)?(?:理补|文补|理科|文科|复读|汽修|汽车|护理|幼师|幼教|学前|电商|计算机|机电|机械|数控|会计|财会|烹饪|美术|音乐|体育|物流|旅游|焊接|焊工|车工|电工|服装|建筑|农学|电子|模具|酒店|航空|铁路|高铁|动漫|网络|软件|保育|康养|美容))$"
)
"""What narrows a class further: 职高23级汽修2班."""


def classes(text: str, names: Container[int] = ()) -> Iterator[tuple[int, int]]:
    """Where a class of a school is spoken of: 三（2）班, 高二3班, 2105班. Where a name begins (`names`) no word like 班费 or 班子 does."""
    at = text.find("班")
    while at >= 0:
        found = (
            None
            if at + 1 not in names and _NOT_A_CLASS.match(text, at)
            else _class_before.search(text, max(0, at - 12), at + 1)
        )
        if found:
            track = _track.search(text, max(0, found.start() - 14), found.start())
            yield (track.start() if track else found.start()), found.end()
        at = text.find("班", at + 1)


_grade = re.compile(
    rf"(?:小学|初中|高中)?{_GRADE}年级(?!组|主任|长)|[初高][一二三](?!的|要|就|了|毕业|家长|学生)|(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{{2}}班"
)


def grades(text: str) -> Iterator[tuple[int, int]]:
    """Where only a grade or a class with a pet name is spoken of: 六年级, 苗苗班. Alone it says little."""
    for found in _grade.finditer(text):
        yield found.span()


_PARENT = (
    r"(?:[他她]?(?:爸爸|妈妈|爸|妈|爹|娘|奶奶|爷爷|外婆|姥姥)|[他她](?:哥|姐|弟|妹|舅|姨|姑|叔|伯|婶)|媽媽|媽咪|妈咪|爺爺|家長|老爸|老妈|姐姐|哥哥|大姨|小姨|干妈|干爸|舅妈|婶婶|伯伯|姨父|姑父|媽(?!媽)|阿[爸妈爷婆]|[幺老大][爸妈](?!妈)|家长(?![会群们委代和都一开各提反要很心普自也在联受捐])|爸爸|妈妈|爸妈|爸|妈(?!妈)|父亲|母亲|爷爷|奶奶|爷|奶|外公|外婆|姥姥|姥爷|监护人|姑姑|"
    r"舅舅|姨妈|叔叔|姑妈|姨|舅|叔|姑|爹|娘(?!娘))(?!们)"
)
_CHILD = rf"(?:(?P<same>[\u4e00-\u9fff])(?P=same)|小[\u4e00-\u9fff]|[\u4e00-\u9fff]{{1,2}}[宝仔妹崽]|小[\u4e00-\u9fff]{{2}}|{SURNAME}[\u4e00-\u9fff]{{1,2}}?|[\u4e00-\u9fff]{{2}}|(?<![,，])[\u4e00-\u9fff]{{3}}|[A-Z][a-z]{{2,9}})"
_BETWEEN = r"[ ,，\-—_·:|/]{0,2}(?:\([^()\n]{1,5}班\))?(?:的|学生|同学|孩子|转学生|转校生|插班生|那[个位]|一?[个名位])?[ ]?"
_child_and_parent = re.compile(
    rf"{_BETWEEN}(?!学生|我们|全体|所有|部分|很多|不少|几个|其他|有的|孩子|的|爸爸|妈妈){_CHILD}(?:同学|小朋友)?[ ]?的?{_PARENT}"
)
_child_alone = re.compile(
    r"[ ]?(?:的)?[ ]?(?:(?P<same>[\u4e00-\u9fff])(?P=same)(?!的|地)|小(?![学组班孩朋区时])[\u4e00-\u9fff](?![\u4e00-\u9fff]?(?:学|班))|"
    r"(?![一二三四五六七八九十几两多全这那有每]|所有|全体|其他|部分|女|男|学生|全班)[\u4e00-\u9fff]{2,3}?(?:同学(?!们)|小朋友(?!们)))"
)
_kin_behind = re.compile(rf"的?{_PARENT}")
_NOT_A_CHILD = re.compile(
    r"天天|常常|人人|个个|家家|处处|刚刚|偏偏|渐渐|往往|年年|月月|仅仅|明明|白白|慢慢|好好|多多|谢谢|老师|叔叔|爸爸|妈妈|爷爷|奶奶|哥哥|姐姐|弟弟|妹妹|常常|统统|娃娃|小心|小时|小说|小事|小测|小考|小朋"
)
_parent_of_class = re.compile(rf"的?(?:一[名位个])?(?:学生)?的?{_PARENT}")
_one_parent = re.compile(
    rf"(?:的?(?:爸爸|妈妈|爸|妈(?!妈)|奶奶|爷爷|外婆|外公)|(?:的|学生|学生的|一[名位个]|的一[名位个])?家长(?={SURNAME}|[ ]?[:：,，。]|$))(?!们|都|和|也|群|会)"
)
_MYSELF = re.compile(r"(?:我|本人|作为|俺|咱)[^，。；！？\n]{0,14}$")
_MY_CHILD_IN = re.compile(
    r"(?:女儿|儿子|孙子|孙女|外孙)(?:今年|现在)?[在读念是上]$|"
    r"(?:我|俺|咱|家)[们]?(?:家|的)?(?:[大小老][大二]?|两个)?(?:孩子|小孩|儿子|女儿|娃娃|娃|崽|姑娘|丫头|闺女|孙子|孙女|外孙|侄子|侄女|弟弟|妹妹|伢子|妹子|仔)"
    r"[^，。；！？\n]{0,16}$"
)


_pet_class = re.compile(
    r"(?:托班|幼儿园)?(?P<pet>(?![两几每各这那一])[\u4e00-\u9fff]{2,3}(?:[大中小][一二三四]?)?)(?=班)(?<!我们)(?<!他们)(?<!你们)(?<!咱们)(?<!隔壁)(?<!别的)(?<!个)(?<!兴趣)(?<!托管)(?<!培训)(?<!实验)(?<!重点)(?<!补习)(?<![上下晚早值加轮全同每这那哪])班"
)
_FULL_PARENT = r"(?:爸爸|妈妈|奶奶|爷爷|外婆|姥姥|外公|姥爷|家长)(?![们会群都])"
_pet_child = re.compile(
    rf"(?:的)?(?!学生|孩子|小朋友|全体|所有|部分|很多|几[个位]|我们|有的)(?:小?[\u4e00-\u9fff]{{1,2}}|{SURNAME}[\u4e00-\u9fff]{{1,2}})(?:同学|小朋友)?的?{_FULL_PARENT}"
)
_post_in_class = re.compile(
    r"[ ]?的?(?:(?:[男女]生)?(?:宿舍|寝室|室)长|(?:学校)?[篮足排乒]球队(?:队长|的(?=[，。]))|家委会?(?:会长|主任)|[\u4e00-\u9fff]{1,3}?[科课]代表|副?班长|团支书|[\u4e00-\u9fff]{2}委员|学委|体委)(?:的?(?:家长|妈妈|爸爸|妈|爸|奶奶|爷爷))?"
)
_self_in_class = re.compile(
    r"(?:班主任|副班主任|[语数英物化生政史地体音美]\w?老师|任课老师|配班老师|保育员)"
)
_I_AM = re.compile(r"(?:我是|本人是?|我叫|作为|我带|我教)[^，。；！？\n]{0,8}$")


_WORD = "[\u4e00-\u9fff](?<![的了是在有让给叫把被和跟与对说要都也就还没不找请我你他她每全各些来去到很多几可由否能会])"
_MANY = r"学生|我们|你们|他们|全体|全班|所有|部分|很多|好多|许多|不少|大部|其他|其余|各位|一些|孩子|小朋友|同学|新生|老师|家长"
_loose_child = re.compile(
    rf"(?:\([^()\n]{{1,5}}班\))?[ \-—_·:|/]{{0,2}}的?(?:那个|我家)?[ ]?(?!{_MANY})(?:{_WORD}){{1,5}}?"
    r"(?:[ \-—_·|/]{0,2}的?(?:[他她]?(?:爸爸|妈妈|奶奶|爷爷|外婆|姥姥|外公|姥爷|媽媽|爺爺)|家[长長](?![会群委]))(?!们)"
    r"|[ \-—_·|/]{1,2}[爸妈爷奶](?![\u4e00-\u9fff])|的?[他她]?[爸妈爹娘](?=[，,。：:！!？? \n]|$|来|问|说))"
)
"""Any pet name before a whole word for a parent: 果丹皮妈妈, -丁当-爷."""
_some_pupil = re.compile(
    r"的?(?:[^，。；！？,;!?\n]{0,10}?的)?(?:[一那这][个名位]|某)[^，。；！？,;!?\n]{0,8}?(?:[男女](?:生|孩|同学|学生)|小[姑伙][娘子]|学生|同学|孩子|娃)(?!都|也|们)(?:的?(?:妈妈|爸爸|家长|奶奶|爷爷|[爸妈]))?"
    r"|的?[一那这][个位][^，。；！？,;!?\n]{1,9}的(?:[爸妈]|(?=[，。；！？,;!?\n]|$))|[ ]?(?:宿舍|寝室)[0-9]{3}(?:[ ]?[^，。；！？,;!?\n]{0,4}[上下]铺)?"
    r"|的?[^，。；！？,;!?\n的]{1,5}的那[个名位](?:[男女][生孩]|同学|学生)?"
    r"|的?(?:坐|靠|倒数|正数|最后|住|戴|剃|穿|说话|值日|走读|复读|休学|转学)[^，。；！？,;!?\n]{0,12}?(?:那[个名位]?(?:[男女][生孩]|娃|孩子)?|[男女][生孩]|娃|孩子|小鬼|插班生)(?![们都也])"
    r"|的(?:俩|[两三]个|那[两对个])[^，。；！？,;!?\n]{0,4}?(?:[男女]生|[男女]孩|娃|小鬼|双胞胎|龙凤胎)"
    r"|那对[双龙][\u4e00-\u9fff]{2}的?(?:爸爸|妈妈|[爸妈])?|[，,]我[们]?家那个[^，。；！？,;!?\n]{1,10}(?=[，。；！？,;!?\n]|$)"
    r"|的?[语数英物化政史地生体音美科][\u4e00-\u9fff]{0,2}老师(?![们都和、要让])|的?大队委|[0-9]{1,2}号的?(?:家长|学生|同学)"
    r"|全体(?:家长|妈妈|爸爸|学生|同学)(?:代表|之一)"
)
_homeroom = re.compile(r"的?班主任(?=[，。；！？,.;!? \n]|$)")
_hers = re.compile(r"[她他](?:是|在|读)?$")
_ends_here = re.compile(r"[啊呀的]?(?:[，。；！？,.;!?\n]|$)")
_grade_child = re.compile(
    rf"(?:的|转学生|转校生|插班生)?(?!{_MANY})(?:(?:小|阿)?(?:{_WORD}){{1,2}}|{SURNAME}(?:{_WORD}){{1,2}}|小(?:{_WORD}){{2}})(?:同学|小朋友)?(?:{_FULL_PARENT}|[他她][爸妈])"
)
_signature = re.compile(
    rf"(?<![0-9A-Za-z\u4e00-\u9fff])(?:[初高小]?[一二三四五六七八九0-9]{{1,2}})[(.\-]?[0-9]{{1,2}}\)?班?[ \-—_·+]{{1,2}}(?:{_WORD}){{1,4}}?[ \-—_·+]{{0,2}}的?(?:爸爸|妈妈|奶奶|爷爷|外婆|姥姥|家长|[爸妈爷奶](?![\u4e00-\u9fff]))"
)
"""How parents sign in the group of a class: 五8-车晓棠-爸爸."""
_school = re.compile(
    rf"(?:{_WORD}){{2,6}}(?:小学|中学|幼儿园|完小|中心校|附小|附中|村小)的?[ ]?$|[一二三四五六七八九十]中的?$"
)


_JOINS = " -—_·+"


def class_identities(text: str) -> Found:
    """A class with the child, the parent or the post that belongs to it."""
    joined = any(mark in text for mark in _JOINS)
    for found in _signature.finditer(text) if joined else ():
        yield Candidate(*found.span(), "class_identity", 2)
    for found in _pet_class.finditer(text) if "班" in text else ():
        school = _school.search(text, max(0, found.start() - 10), found.start())
        alone = found.start() == 0 or not "\u4e00" <= text[found.start() - 1] <= "\u9fff"
        child = (
            (_pet_child.match(text, found.end()) or _loose_child.match(text, found.end()))
            if alone or school
            else None
        )
        if child:
            yield _of_school(text, found.start(), child.end(), 2)
    for start, end in grades(text) if any(char in text for char in "级初高班") else ():
        if child := _grade_child.match(text, end):
            yield _of_school(text, start, child.end(), 1)
    for start, end in classes(text):
        if who := _who(text, start, end):
            yield _of_school(text, start, *who)


def _of_school(text: str, start: int, end: int, strength: int) -> Candidate:
    """With the school named right before the class."""
    school = _school.search(text, max(0, start - 10), start + _part_of_a_school(text, start))
    return Candidate(school.start() if school else start, end, "class_identity", strength)


def _part_of_a_school(text: str, start: int) -> int:
    """How much of the class is the end of a school's name: 十里铺小学二年级1班."""
    return next((len(one) for one in ("小学", "幼儿园") if text.startswith(one, start)), 0)


def _who(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where somebody of a class ends, and how strong the proof is."""
    long = end - start > 2
    if found := _child_and_parent.match(text, end):
        return found.end(), 2
    alone = _child_alone.match(text, end)
    if alone and not _NOT_A_CHILD.search(alone[0]):
        kin = _kin_behind.match(text, alone.end())
        return kin.end() if kin else alone.end(), 2
    for shape in (_loose_child, _post_in_class):
        if found := shape.match(text, end):
            return found.end(), 1
    if long and (found := _some_pupil.match(text, end) or _homeroom.match(text, end)):
        return found.end(), 1
    if (found := _self_in_class.match(text, end)) and _I_AM.search(
        text, max(0, start - 14), start
    ):
        return found.end(), 1
    if long and (found := _one_parent.match(text, end)):
        return found.end(), 1
    if long and (
        _MY_CHILD_IN.search(text, max(0, start - 30), start)
        or (_hers.search(text, max(0, start - 2), start) and _ends_here.match(text, end))
    ):
        return end, 1
    if _MYSELF.search(text, max(0, start - 20), start):
        found = _parent_of_class.match(text, end)
        return (found.end(), 1) if found else None
    return None
