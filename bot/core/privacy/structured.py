"""Identities that have a shape: numbers, addresses of every kind, and a class together with a child or a parent.

Each recogniser reads the shadow of a text (see `fold`) and yields candidates. A cheap gate stands before each
group, because most messages hold nothing of the kind. Every repetition has a bound, so that no text, however
made, takes more than linear time.

Public numbers (110, 12345, 400-…), document and order numbers, scores, dates and sums are no identities.
"""

import re
from collections.abc import Callable, Iterator

from bot.core.privacy.spans import Candidate
from bot.core.privacy.surnames import SURNAME

Found = Iterator[Candidate]

_GAP = r"[ .\-~/_]{0,3}"
_long_number = re.compile(rf"[0-9](?:{_GAP}[0-9]){{4}}")

_NOT_A_PERSON = re.compile(
    r"(?:订单|单号|编号|流水|受理|工单|货号|文号|书号|ISBN|isbn|条码|条形码|项目|批次|型号|版本|备案|许可证|信用代码|序列|查询码|案号|合同号|发票|"
    r"代码|统一社会|采购|招标|回执)[^0-9，。；\n]{0,8}$"
)
_MONEY = re.compile(r"\s{0,2}(?:元(?!旦)|块|万|亿|人次|人(?!家)|%|分钟|平方|平米|本书)")

_PHONE_WORD = re.compile(
    r"(?:电话|手机|座机|固话|小灵通|号码|联系|致电|拨打|打给|拨|打|换成?|改打|热线是|短信|回电|来电|tel|phone|whatsapp|mobile|call|電話|手機|聯繫|聯絡|打我|微信同号|"
    r"香港|澳门|澳門|台湾|台灣|单位|值班|传真|专线|发件|总机|请找|来人|座機)[^0-9，。；\n]{0,10}$",
    re.IGNORECASE,
)
_mobile = re.compile(
    rf"(?<![0-9])(?:(?:\+|00)?\(?86\)?{_GAP}(?:\(0\)[ ]?)?)?1{_GAP}[3-9](?:{_GAP}[0-9]){{9}}(?![0-9])"
)
_landline = re.compile(
    r"(?<![0-9.])(?:(?:\+|00)86[ \-]?)?\(?0(?:10|2[0-9]|[3-9][0-9]{2})\)?[ \-~]{0,3}"
    r"[2-8][0-9]{2,3}[ \-]?[0-9]{2}[ ]?[0-9]{1,2}(?:[ \-]{0,2}(?:转|分机|ext\.?|x|-)[ ]?[0-9]{1,6})?(?![0-9])"
)
_abroad = re.compile(
    r"(?<![0-9+])(?:\+|00)\(?(?!86)[1-9][0-9]{0,2}\)?(?:[ \-]?\(?[0-9]{1,4}\)?){2,5}(?![0-9])"
)
_SPACE = r"[ .\-~/]{0,2}"
_spaced_landline = re.compile(  # no dot behind the nought: that is a row of decimal fractions
    rf"(?<![0-9.])(?<![0-9][ ,])\(?0(?!\.)(?:{_SPACE}1{_SPACE}0|{_SPACE}2{_SPACE}[0-9]|{_SPACE}[3-9]{_SPACE}[0-9]{_SPACE}[0-9])"
    rf"{_SPACE}\)?{_SPACE}[2-8](?:{_SPACE}[0-9]){{6,7}}(?:[ \-]{{0,2}}(?:转|分机)[ ]?[0-9]{{1,6}})?(?![0-9])(?![ ,.][0-9])"
)
_nearly_mobile = re.compile(rf"(?<![0-9])1{_GAP}[3-9](?:{_GAP}[0-9]){{8,10}}(?![0-9])")
"""A digit too few or too many: somebody mistyped, or hid one."""
_sender = re.compile(r"(?<![0-9])106[ \-]?[0-9]{3,4}[ \-]?[0-9]{3,6}(?![0-9])")
_taiwan_mobile = re.compile(r"(?<![0-9])09[0-9]{2}[ \-]?[0-9]{3}[ \-]?[0-9]{3}(?![0-9])")
_taiwan_spaced = re.compile(r"(?<![0-9])09[ \-]?[0-9]{4}[ \-]?[0-9]{4}(?![0-9])")
_hong_kong = re.compile(
    r"(?<![0-9+])\(?85[23]\)?[ \-]{1,3}[2-9][0-9]{3}[ \-]?[0-9]{4}(?![0-9])"
)
_local = re.compile(
    r"(?<![0-9.])[2-9][0-9]{2,3}[ \-]?[0-9]{4}(?:[ \-]?转[0-9]{1,5})?(?![0-9.])"
)


def _is_a_list(groups: tuple[int, ...], found: str) -> bool:
    """Several small numbers side by side (scores, years, hours), not one number in groups."""
    alike = len(groups) >= 3 and min(groups) >= 2 and max(groups) <= 4 and groups[0] != 3
    return groups not in ((4, 4, 3), (4, 3, 4)) and (
        alike or (len(groups) >= 4 and min(groups) >= 2 and "-" not in found)
    )


def _phones(text: str) -> Found:
    for found in _mobile.finditer(text):
        start, end = found.span()
        groups = tuple(
            len(g)
            for g in re.findall(
                r"[0-9]+", re.sub(r"^\D{0,2}(?:00)?\(?86\)?(?=\D|1)", "", found[0])
            )
        )
        named = _PHONE_WORD.search(text, max(0, start - 20), start)
        if (_is_a_list(groups, found[0]) or "/" in found[0]) and not named:
            continue
        if _NOT_A_PERSON.search(text, max(0, start - 20), start) or _MONEY.match(text, end):
            continue
        yield Candidate(start, end, "phone", 3 if named else 2)
    for found in (*_nearly_mobile.finditer(text), *_sender.finditer(text)):
        start, end = found.span()
        if _PHONE_WORD.search(text, max(0, start - 20), start) and not _MONEY.match(text, end):
            yield Candidate(start, end, "phone", 1)
    for shape in (_landline, _spaced_landline, _abroad, _taiwan_mobile, _hong_kong):
        for found in shape.finditer(text):
            start, end = found.span()
            if sum(c.isdigit() for c in found[0]) >= 8 and not _NOT_A_PERSON.search(
                text, max(0, start - 20), start
            ):
                yield Candidate(start, end, "phone", 2)
    for found in (*_local.finditer(text), *_taiwan_spaced.finditer(text)):
        start, end = found.span()
        if _PHONE_WORD.search(text, max(0, start - 20), start) and not _MONEY.match(text, end):
            yield Candidate(start, end, "phone", 2)


_SEP = r"[ .\-]{0,2}"
_id_card = re.compile(
    rf"(?<![0-9])[1-9](?:{_SEP}[0-9]){{5}}{_SEP}(?:1{_SEP}[89]|2{_SEP}0)(?:{_SEP}[0-9]){{2}}"
    rf"{_SEP}[01]{_SEP}[0-9]{_SEP}[0-3]{_SEP}[0-9](?:{_SEP}[0-9]){{3}}{_SEP}[0-9Xx](?![0-9])"
)
_old_id_card = re.compile(
    r"(?<![0-9])[1-8][0-9]{5}[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}(?![0-9])"
)
_hidden_id_card = re.compile(
    r"(?<![0-9])[1-8][0-9]{5}(?:(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{2}[0-9?*]{1,3}|[*xX?]{6,11}[0-9]{2,3}[0-9Xx])(?![0-9A-Za-z])"
)
"""One with digits left out or hidden."""
_ID_WORD = re.compile(
    r"(?:身份证|身份證|证件|证号|编号|身份号|居民证|户口|学籍|身份信息)[^0-9，。；\n]{0,10}$|[GJ]$"
)
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()  # noqa: SIM905 - reads as words
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def checks_as_id(number: str) -> bool:
    """Whether the last of 18 characters is the check character of GB 11643-1999.

    >>> checks_as_id("11010519491231002X")
    True
    """
    total = sum(
        int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True)
    )
    return "10X98765432"[total % 11] == number[17].upper()


def _id_cards(text: str) -> Found:
    for found in _id_card.finditer(text):
        start, end = found.span()
        number = re.sub(r"[^0-9Xx]", "", found[0])
        month, day = int(number[10:12]), int(number[12:14])
        if number[:2] not in _PROVINCES or not (1 <= month <= 12 and 1 <= day <= 31):
            continue
        proved = checks_as_id(number)
        named = _ID_WORD.search(text, max(0, start - 20), start)
        if proved or named or not _NOT_A_PERSON.search(text, max(0, start - 20), start):
            start -= text[start - 1 : start] in (
                "G",
                "J",
            )  # the school-roll number is G and the card's
            yield Candidate(start, end, "id_card", 3)
    for found in (*_old_id_card.finditer(text), *_hidden_id_card.finditer(text)):
        if found[0][:2] in _PROVINCES and _ID_WORD.search(
            text, max(0, found.start() - 20), found.start()
        ):
            yield Candidate(*found.span(), "id_card", 3)


_card = re.compile(r"(?<![0-9])[1-9][0-9]{3}(?:[ \-]{0,2}[0-9]){8,15}(?![0-9])")
_CARD_WORD = re.compile(
    r"(?:银行卡|卡号|账号|帐号|账户|帐户|储蓄卡|信用卡|工资卡|社保卡|借记卡|工行|建行|农行|中行|交行|邮储|信用社|农商行|招行|银行|收款|转账|转到|转给|汇款|户名|"
    r"打到|打款|汇到|銀行|賬號|帳號)[^0-9，。；\n]{0,12}$"
)
_ISSUERS = (
    "62",
    "4",
    "51",
    "52",
    "53",
    "54",
    "55",
    "35",
    "34",
    "37",
    "60",
    "69",
    "95",
    "94",
    "88",
)


_in_fours = re.compile(r"(?:[0-9]{4}[ \-]{1,2}){3}")


def checks_as_card(number: str) -> bool:
    """Whether a bank card number passes Luhn (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in reversed(number)]
    return (
        sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    ) % 10 == 0


def _bank_cards(text: str) -> Found:
    for found in _card.finditer(text):
        start, end = found.span()
        number = re.sub(r"[^0-9]", "", found[0])
        named = _CARD_WORD.search(text, max(0, start - 24), start)
        if not 12 <= len(number) <= 19 or (len(number) < 15 and not named):
            continue
        proved = checks_as_card(number) and number.startswith(_ISSUERS)
        proved = proved or (number.startswith("62") and len(number) in (16, 19))
        fours = number.startswith("62") and _in_fours.match(found[0]) is not None
        if (named or fours
            or (proved and not _NOT_A_PERSON.search(text, max(0, start - 20), start))):  # fmt: skip
            yield Candidate(start, end, "bank_card", 3 if proved else 2)


_QQ = r"(?:[Qq][ ]?[Qq]|扣扣|企鹅|球球|扣(?=[ ]?[1-9][0-9]{5,10}(?![0-9元块]))|抠抠|叩叩|扣号|抠号|腾讯号|[Qq](?=号|[ ]?[:=]|[ ]?[1-9][0-9]{5}))"
_IS = r"(?:同手机号?|跟手机号?|手机同号|搜索?|群号码?|群|号码|号|账号|帐号|是|为|加|叫|就是|我的|空间|也是|同|ID|id|[ :：=,，、(\"“])"
_qq = re.compile(rf"{_QQ}{_IS}{{0,6}}(?P<own>[1-9](?:[ \-]{{0,2}}[0-9]){{4,10}})(?![0-9])(?!@)")
_group_chat = re.compile(
    r"(?:群号|家长群|班级群|工作群|群聊)[ :：是为=]{0,3}(?P<own>[1-9](?:[ \-]{0,2}[0-9]){5,10})(?![0-9])"
)


_qq_word = re.compile(rf"{_QQ}|网名")
_loose_qq = re.compile(
    r"(?<![0-9.A-Za-z])[1-9](?:[ .\-]{0,2}[0-9]){4,10}(?![0-9.])(?!(?:[ ]?(?:[元块万人个分名条份年月日号点天次岁班级度斤克米秒%]|小时|公里)))"
)
_APART = 30
"""Characters between the word and the number it belongs to: QQ昵称“…”，号 …"""


def _loose_qqs(text: str) -> Found:
    """A number some words behind the word: no other number stands between, or the same one spelt out."""
    for word in _qq_word.finditer(text):
        found = _loose_qq.search(text, word.end(), word.end() + _APART + 20)
        if not found or found.start() - word.end() > _APART:
            continue
        between = text[word.end() : found.start()]
        named = word[0] != "网名" or "号" in between
        if named and not re.search(r"[0-9]{2}|[。！？!?\n]|电话|手机", between):
            yield Candidate(*found.span(), "qq", 1)


def _qqs(text: str) -> Found:
    yield from _loose_qqs(text)
    for shape in (_qq, _group_chat):
        for found in shape.finditer(text):
            if not _MONEY.match(text, found.end()):
                yield Candidate(*found.span("own"), "qq", 3)


_WECHAT = (
    r"(?:微信|微芯|薇芯|微[^\u4e00-\u9fffA-Za-z0-9，。、；！？\n]?信|威信|薇信|卫星|徽信|微芯|維信|維芯|微訊|[Ww]e ?[Cc]hat|[Ww]ei ?[Xx]in|(?<![A-Za-z])[Ww][Xx]|(?<![A-Za-z])[Vv] ?[Xx]|[加\+➕]薇|薇(?=号|[ ]?[:=])|"
    r"[Vv]信|[加\+➕扫] ?[我]?[VvWw](?![A-Za-z]{0,3}认证)|(?<![A-Za-z])[Vv](?=号|[ ]?:)|加个?微(?!型|课|机))"
)
_wechat = re.compile(
    rf"{_WECHAT}{_IS}{{0,6}}(?P<own>[A-Za-z][A-Za-z0-9_.\-]{{3,21}}[A-Za-z0-9_\-]|[0-9](?:[ \-]{{0,2}}[0-9]){{5,10}})(?![A-Za-z0-9_@]|\.[A-Za-z0-9])"
)
_bare_wechat = re.compile(
    r"(?<![A-Za-z0-9_])wxid_[A-Za-z0-9]{4,28}|(?<=[加\+])(?=[A-Za-z]{1,20}[0-9_\-])[A-Za-z][A-Za-z0-9_\-]{5,19}(?![A-Za-z0-9_\-@.])"
)
_NOT_AN_ACCOUNT = frozenset(
    "group wechat weixin android iphone iphones windows excel winword https hello mooc admin login video office online "  # noqa: SIM905 - reads as words
    "school class photo watch tencent alipay douyin huawei xiaomi".split()
)


_contact = re.compile(
    r"微信|微芯|薇|威信|[VvWw][Xx]|[Vv]信|加(?:[我他她的你]|老师|家长|微|好友|了?个)|轮着加|联系|私聊|私信|找我|找[他她]|搜|扫|账号|帐号|[的个]号|号[是：:]|回复|答复|[Qq][Qq]|扣扣"
)
_account_shape = re.compile(
    r"(?<![A-Za-z0-9_.@/\-])(?=[A-Za-z0-9_.\-]{0,20}[0-9_])[A-Za-z][A-Za-z0-9]{1,18}(?:[_\-.]{1,2}[A-Za-z0-9]{1,16}){0,3}_{0,2}(?:[\u4e00-\u9fff]{1,6}[0-9]{1,4})?(?![A-Za-z0-9@/])"
)
_small = re.compile(r"[a-z]")


def _loose_wechats(text: str) -> Found:
    """What is made like an account, where somebody is to be reached: 老师加我用的是 … 这个号, 联系他姐 …"""
    for found in _account_shape.finditer(text):
        start, end = found.span()
        if (
            end - start < 6
            or not _small.search(found[0])
            or found[0].lower() in _NOT_AN_ACCOUNT
        ):
            continue
        clause = re.split(r"[。！？!?\n；;]", text[max(0, start - _APART) : start])[-1]
        if _contact.search(clause) or text.startswith(
            "这个号", end + (text[end : end + 1] == " ")
        ):
            yield Candidate(start, end, "wechat", 1)


_named_account = re.compile(
    r"(?:微信|企业微信|薇信|威信)(?:群?昵称|名字?|号?[叫是：:])[叫是：: “\"「]{0,2}(?P<own>[A-Za-z0-9_\u4e00-\u9fff]{0,12}_[A-Za-z0-9_\u4e00-\u9fff]{1,12}?)(?=[。，,！!？? \n）)”\"」]|$)"
)
"""With an underscore in it: 微信名振华_老包."""


def _wechats(text: str) -> Found:
    yield from _loose_wechats(text)
    for found in _named_account.finditer(text):
        yield Candidate(*found.span("own"), "wechat", 3)
    for found in _wechat.finditer(text):
        if found["own"].lower() not in _NOT_AN_ACCOUNT and not _MONEY.match(text, found.end()):
            yield Candidate(*found.span("own"), "wechat", 3)
    for found in _bare_wechat.finditer(text):
        yield Candidate(*found.span(), "wechat", 3)


_AT = r"(?: {0,2}(?:@|\(at\)|\[at\]|艾特|圈a|圈A) {0,2}| at | {0,2}# {0,2}(?=(?:vip\.)?(?:qq|163|126|gmail|sina|foxmail|outlook|139|hotmail|yeah|aliyun|sohu)))"
_DOT = r"(?: ?[.。] ?|点| dot |\(dot\))"
_email = re.compile(
    rf"(?<![A-Za-z0-9_.%+\-])[A-Za-z0-9_][A-Za-z0-9_.%+\-]{{0,63}}{_AT}[A-Za-z0-9][A-Za-z0-9\-]{{0,62}}"
    rf"(?:{_DOT}[A-Za-z0-9\-]{{2,24}}){{1,4}}",
    re.IGNORECASE,
)
_spaced_email = re.compile(
    rf"(?<![A-Za-z0-9_.%+\-])[A-Za-z0-9_\-]{{1,20}}(?: {{0,2}}[. _\-] {{0,2}}[A-Za-z0-9_\-]{{1,20}}){{1,4}} {{1,2}}@ {{0,2}}[A-Za-z0-9][A-Za-z0-9\-]{{0,30}}(?:{_DOT}[A-Za-z0-9\-]{{2,24}}){{1,4}}",
    re.IGNORECASE,
)
_tlds = (
    r"com|cn|net|org|gov|edu|top|xyz|cc|vip|info|me|io|app|shop|site|club|tv|hk|tw|mo|ltd|wang|ink|art|link|ly|gle|jp|us|uk|"
    r"ren|pub|fun|live|work|online|store|tech|中国|公司|网址"
)
_url = re.compile(
    rf"(?:https?|ftp|weixin|alipays?)://[!-~]{{1,2048}}|(?<![A-Za-z0-9@.\-])www\.[!-~]{{3,2048}}"
    rf"|(?<![A-Za-z0-9@.\-_])(?:[A-Za-z0-9][A-Za-z0-9\-]{{0,62}}\.){{1,5}}(?:{_tlds})(?![A-Za-z0-9\-.@])(?::[0-9]{{2,5}})?(?:[/?][!-~]{{0,2048}})?",
    re.IGNORECASE,
)


def _emails(text: str) -> Found:
    for found in (*_email.finditer(text), *_spaced_email.finditer(text)):
        yield Candidate(*found.span(), "email", 3)


def _urls(text: str) -> Found:
    for found in _url.finditer(text):
        end = found.start() + len(found[0].rstrip(".,;:!?)'\"]}>"))
        yield Candidate(found.start(), end, "url", 3)


_plate = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼滬遼魯蘇贛陝閩貴粵雲寧瓊][ ]?([A-Za-z])[ .·\-]{0,3}"
    r"((?:[A-HJ-NP-Za-hj-np-z0-9OoIi][ ]?){4,5}[A-HJ-NP-Za-hj-np-z0-9学挂警港澳领试超學掛領])(?:[ ]?[学挂警港澳领试超])?(?![A-Za-z0-9])"
)
_armed_plate = re.compile(
    r"(?<![A-Za-z])WJ ?[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]? ?[0-9]{2,5}[A-Z0-9]?[0-9]{0,2}(?![0-9])"
)


def _plates(text: str) -> Found:
    for found in _plate.finditer(text):
        digits = sum(c.isdigit() for c in found[2])
        if digits >= 2 and (digits >= 3 or found[0].isupper()):
            yield Candidate(*found.span(), "plate", 3)
    for found in _armed_plate.finditer(text):
        if sum(c.isdigit() for c in found[0]) >= 4:
            yield Candidate(*found.span(), "plate", 3)


_account = re.compile(
    r"(?:抖音|快手|微博|小红书|小紅書|B站|b站|哔哩哔哩|知乎|贴吧|视频号|公众号|钉钉|支付宝|贊我|[Ll]ine|LINE|[Tt]elegram|TG|tg|[Tt]witter|推特|[Ii]nstagram|[Ff]acebook|"
    r"游戏|网易云|直播间|闲鱼|王者荣耀|百度)(?:号|账号|帐号|账户|ID|id|昵称|名|用户名|是|叫|搜|搜索|[ :：=\"“《]){1,6}"
    r"([A-Za-z0-9_][A-Za-z0-9_.\-]{3,29})(?![A-Za-z0-9_@])"
)
_nick = re.compile(
    r"(?:网名|昵称|微信名|群昵称|网民|用户名|账号名|微博名|抖音名|QQ名|暱稱|ID)(?:叫做?|是|为|：|:|[ \"“《「'‘])+"
    r"([A-Za-z0-9_\u4e00-\u9fff~.·\-]{2,16})"
)
_mention = re.compile(r"(?<![A-Za-z0-9_.%+\-@])@[ ]?([A-Za-z0-9_\u4e00-\u9fff\-]{2,20})")
_NOT_A_HANDLE = re.compile(
    r"(?:所有人|每个人|班长|全班|全校|全体|全體|大家|各位|老师|老師|校长|家长|班主任|群主|管理员|我|你|他|她|有关|相关|教育|学校|领导|一下|了)"
)
_known_handles = re.compile(
    r"(?:抖音|快手|微博|小红书|B站|b站|知乎)(?:号|账号|ID|id|用户|博主)?[:： ]?(?:@|叫|搜)?[“\"「@]([A-Za-z0-9_\u4e00-\u9fff~.·\-]{2,20}?)(?=[”\"」 ，。,!！发的]|$)"
)


_called_account = re.compile(
    r"(?:(?:抖音|快手|微博|小红书|小紅書|B站|b站|知乎|视频号|公众号|直播间|游戏)(?:上|里)?(?:号|账号|帐号|小号|昵称|名)?[，, ]?(?:叫做?|[:：“\"「])|"
    r"(?:(?:小号|大号|那个号|这个号|账号|帐号|博主|主播|号主)(?:叫做?|是|[:：]|[，,]叫做?)|(?<=[，,])号(?:叫做?|是))[:：“\"「 ]?|(?:还有|开了|有)个?小号)"
    r"([A-Za-z0-9_\u4e00-\u9fff~.·\-]{2,16}?)(?=[，。！？,.!?；;”\"」 \n的发说]|$|这个|那个)"
)
_account_behind = re.compile(
    r"叫[“\"「]?([A-Za-z0-9_\u4e00-\u9fff~.·\-]{2,14}?)[”\"」]?的(?:账号|帐号|公众号|视频号|博主|主播|直播间|小号|网友|网民|up主|UP主|号(?![码称召]))"
)
_quoted_nick = re.compile(
    r"(?:网名|昵称|微信名|头像名|备注名?|网民|用户名|账号名|微博名|抖音名|QQ名|ID)[是叫为：: ]{0,3}[“\"「'‘]([^”\"」'’\n]{1,20})[”\"」'’]"
)


_PLATFORM = r"(?:抖音|快手|微博|小红书|小紅書|[Bb]站|哔哩哔哩|知乎|贴吧|视频号|公众号|钉钉|直播间|闲鱼|豆瓣|头条)"
_bracketed_handle = re.compile(
    rf"{_PLATFORM}(?:小?号|账号|帐号|名|昵称|ID|id|用户|主播|博主)?[是叫：:]?[ ]?[(“\"「@](?P<own>[^”\"」)(，。,！？\n]{{2,16}})[”\"」)]"
)
_platform_handle = re.compile(
    rf"{_PLATFORM}(?:(?:小?号|账号|帐号|名|昵称|ID|id)?[ :：]{{1,2}}|(?:小号|账号|帐号|名|昵称|ID|id)[是叫]?)(?P<own>[A-Za-z0-9_\u4e00-\u9fff·]{{3,14}})(?=[，。,！!？?\n）)”]|$)"
)
_platform_mention = re.compile(
    rf"(?:{_PLATFORM}|我发在|账号是?|帐号是?|博主|楼主|主播|发[了过])[^，。！？\n@]{{0,14}}[，（( ]?(?P<own>@[ ]?[A-Za-z0-9_\u3040-\u30ff\u4e00-\u9fff·\-]{{2,16}})"
)
_mention_ends = re.compile(
    r"了|就|上[说讲发面]|里[说讲发]|发[了的]|说[了的过]|被|也|都|写|晒|挂|带娃|这[条个]|那[条个]|的(?:视频|账号|帐号|直播|帖|微博|号|评论|作品|主页|课|消息|那)|请"
)
_kana_handle = re.compile(
    r"(?<=[@“\"「(（：:])[\u4e00-\u9fffA-Za-z0-9]{1,10}[\u3040-\u30ff][\u4e00-\u9fffA-Za-z0-9\u3040-\u30ff]{0,10}"
)
_called_small = re.compile(
    r"(?:[小大]号|账号|帐号|新号)[，, ]?(?:名字|昵称|网名|名)?(?:叫做?|是|叫)(?P<own>[A-Za-z0-9_\u4e00-\u9fff]{2,14})(?=[，。！？,!?\n]|$)"
)


_handle_in_brackets = re.compile(
    rf"[(（]{_PLATFORM}(?:号|名)?(?P<own>[^()（），。\n]{{2,14}})[)）]"
)


def _platform_handles(text: str) -> Found:
    """Names on a platform that are words of a sentence: up to where marks or brackets end them."""
    for shape in (_bracketed_handle, _handle_in_brackets, _platform_handle, _called_small):
        for found in shape.finditer(text):
            own = found["own"]
            if (
                not own.isdigit()
                and not _NOT_A_HANDLE.match(own)
                and not _of_a_platform.search(own)
            ):
                yield Candidate(*found.span("own"), "handle", 2)
    for found in _platform_mention.finditer(text):
        start, end = found.span("own")
        cut = _mention_ends.search(text, start + 3, end)
        if not _NOT_A_HANDLE.match(found["own"].lstrip("@ ")):
            yield Candidate(start, cut.start() if cut else end, "handle", 2)
    for found in _kana_handle.finditer(text):
        start = found.start() - (text[found.start() - 1] == "@")
        yield Candidate(start, found.end(), "handle", 2)


_of_a_platform = re.compile(
    r"^(?:上|里|发|打卡|群|直播|通知|签到|曝光|考勤|视频|举报|账号|平台|学习|作业|课程)"
)


def _handles(text: str) -> Found:
    yield from _platform_handles(text)
    for shape in (_account, _known_handles, _quoted_nick, _called_account, _account_behind):
        for found in shape.finditer(text):
            if found[1].isdigit() or _NOT_A_HANDLE.match(found[1]):
                continue
            yield Candidate(*found.span(1), "handle", 2)
    for found in _nick.finditer(text):
        if not _NOT_A_HANDLE.match(found[1]):
            cut = re.search(r"[的在，。发说了]|上面", found[1])
            end = found.start(1) + (cut.start() if cut and cut.start() >= 2 else len(found[1]))
            yield Candidate(found.start(1), end, "handle", 2)
    for found in _mention.finditer(text):
        if not _NOT_A_HANDLE.match(found[1]):
            cut = re.search(r"[的在，。发说了请你您]", found[1])
            end = found.start(1) + (cut.start() if cut and cut.start() >= 2 else len(found[1]))
            yield Candidate(found.start(), end, "handle", 2)


_other = re.compile(
    r"(?:学籍号|学籍编号|学号|考号|准考证号?|报名号|护照号?码?|工号|警号|教师资格证号?|教师证号?|社保号|医保号|通行证号?|港澳证|台胞证|出生证号?|病历号|住院号|會員號|"
    r"胸牌号?|工牌号?|抽签号|信访号|回执号|申诉号|证书号|学生卡号?|学籍编号|人事编号|我的编号|面试号|座位号|学生证号?|残疾证号?|户口本?号|档案号|毕业证号?|一卡通号?|饭卡号?|牌照)(?:码|号|编号)?[ :：是为=]{0,4}(?![0-9]{1,4}(?:[^0-9A-Za-z]|$))([甲乙丙丁]?[A-Za-z]{0,4}-?[0-9](?:[A-Za-z0-9\-]{3,24}|[0-9 ]{4,20}[0-9]))"
)


def _other_ids(text: str) -> Found:
    for found in _other.finditer(text):
        yield Candidate(*found.span(1), "other_id", 2)


_NUM = r"(?:[0-9]{1,5}|[一二三四五六七八九十百零〇]{1,5}|[A-Za-z][0-9]{0,4})"
_PLACE = (
    r"(?:大道|大街|胡同|小区|小區|花园|花苑|家园|新村|公寓|公馆|社区|社區|街道|家属院|家属楼|教师楼|名邸|安置房|安置小区|廉租房|公租房|新城|国际城|广场|"
    r"屋场|自然村|[路街巷里弄道苑城园府庄湾村庭居镇乡坊郡寨屯坪冲塘岗墅座轩阁邸埠寓舍區坝沟]|嘎查|苏木|(?<=[屋湾村冲坪塘])组)"
)
_UNIT = r"(?:小队|号楼|号院|号|號|栋|幢|座|单元|單元|室|组|組|队|户|戶|弄|楼|樓|层|房|门|排|区|期|#)"
_place = re.compile(_PLACE)
_numbered = re.compile(
    rf"{_PLACE}(?:\([^()\n]{{1,4}}\)|[东南西北中][段区苑院路街]?|[A-Z]区|[一二三四五0-9]{{1,2}}期|附近的?)?[ ,]?第?[甲乙丙]?(?:{_NUM}(?:之[0-9一二三])?{_UNIT}|[0-9]{{1,3}}(?=[栋幢#\-]))"
    rf"(?:[ ,，\-之附]{{0,2}}(?:{_NUM}{_UNIT}|单元[一二三四五0-9]|[一二三四五六七八九零〇]{{3,4}}(?![\u4e00-\u9fff])|[0-9]{{1,4}}(?![0-9元人分年级班月日点块个名多])){{1}}){{0,5}}"
)
_bare_home = re.compile(
    rf"(?<![0-9A-Za-z])(?:{_NUM}(?:栋|幢|号楼|座|#)[ \-]?{_NUM}(?:单元|單元|门)[ \-]?(?:[0-9]{{2,4}}(?:室|房|号|户)?|{_NUM}(?:楼|层)[^，。\n ]{{0,4}}?(?:室|户|号|左|右|东户|西户))|"
    rf"{_NUM}(?:单元|單元)[ \-]?[0-9]{{3,4}}(?:室|房|号|户)?)(?![0-9元人分年级班])"
    rf"|(?<=[家住户])[在是:： ]?[0-9]{{1,3}}(?:栋|幢|号楼)[ \-]?[0-9]{{3,4}}(?:室|房|号|户)?(?![0-9元人分年级班])"
)
_A_HOME = re.compile(
    r"(?:住|租|家就?在?|地址|住址|户口在|老家在?|房子在|地点在?|搬到)[是在:：为 ]{0,2}[^，。；\n]{0,5}$"
)
_rural = re.compile(r"[乡镇村县]")
_estate = re.compile(
    r"(?:住在?|家在|租在|租住在?|房子在|地址[是在:：]|地点在?|搬到)(?P<name>[\u4e00-\u9fff]{2,8}[一二三四五六0-9]{0,2}期?)$"
)
_LIVES_AT = r"(?:家住|[居]?住(?:在|址|过|的是)?|租(?:住|了|房)?在?|落户在?|户口在|房子在|门牌|营地在|窝点在|开在|设在|点在|寄到|送到|退到|搬到|家就?在|坐落在?|位于|[我人他她们]在|地址|地点)[是在为: ]{0,2}"
_TALK = "的了是我你他她们在不都就也吗呢吧有没到把被"
_home_by_word = re.compile(
    rf"{_LIVES_AT}(?P<home>(?:[\u4e00-\u9fff](?<![{_TALK}])){{2,20}}?第?[甲乙丙]?"
    rf"(?:(?:(?:单元|[0-9]{{1,5}}(?:[\-之][0-9]{{1,4}}){{0,3}}|[一二三四五六七八九十百]{{1,4}}|[A-Za-z][0-9]{{0,3}})(?:号楼|号院|号|號|栋|幢|座|单元|室|组|队|户|弄|楼|层|排|门|区|#|巷|期)[附 \-]{{0,2}})"
    rf"|(?:东|西|南|北|后|前)[区院巷]|车间|门面){{1,6}}(?:[0-9]{{1,4}}(?:[\-之][0-9]{{1,4}}){{0,2}}(?![0-9元人年月日点块分个名岁])|[A-Z][0-9]{{1,3}}|[一二三四五六七八九零〇]{{3,4}}|(?<=[号])传达室)?)"
)
_room_by_word = re.compile(
    rf"{_LIVES_AT}(?P<home>(?:[\u4e00-\u9fff](?<![{_TALK}])){{2,20}}?[0-9]{{3,4}}(?:室|房|号房)?)(?=[，。,；;！!\n ]|$)"
)
_lives_at = re.compile(_LIVES_AT)
_only_a_floor = re.compile(r"[\u4e00-\u9fff]+?[一二三四五六七八九0-9]{1,2}[楼层]")
_NO_HOME = re.compile(
    r"学校|小学|中学|幼儿园|校园|医院|食堂|宿舍|操场|教学|教室|办公|年级|班|地铁|号线|公交|车站|[全每]|个|补课|班车"
)
_chain = re.compile(
    r"(?:[\u4e00-\u9fff]{2,6}?(?:自治[州县]|省|市|区|县|旗|盟|街道|镇|乡)){2,4}[\u4e00-\u9fff]{1,10}?"
    rf"(?:第?[甲乙丙]?(?:单元|{_NUM})(?:[\-之][0-9]{{1,4}}){{0,2}}{_UNIT}[附 \-]{{0,2}}){{1,6}}(?:[0-9]{{1,4}}(?:[\-][0-9]{{1,4}}){{0,2}}(?![0-9元人年月日点块分个名岁]))?"
)
"""District, street and whatever bears the number: the names of places need not be known."""
_tower = re.compile(
    rf"(?P<place>大厦|公寓|公馆|小区|花园|家园|花苑|新村|[苑城府庭湾郡居墅邸里园])[A-Za-z0-9]{{1,2}}(?:座|栋|幢|号楼)[ \-]?(?:{_NUM}(?:单元|楼|层)[ \-]?)?[0-9]{{3,4}}(?:室|号|房)?(?![0-9元人分年级班])"
)
_lives = re.compile(
    r"(?:家住在?|住址[ :：是为]{0,3}|家庭(?:住|地)址[ :：是为]{0,3}|我[们家]{0,2}住在?|家在|(?<!通讯)地址[:：是为]{1,3}|户籍[地在是:：]{1,3}|户口在|老家在?|租住在?|租房在|房子在)"
    r"([\u4e00-\u9fff]{2,24}?(?:小区|花园|花苑|家园|新村|公寓|社区|家属院|[村苑湾庄府屯寨坪])(?:[\u4e00-\u9fff]{1,4}组)?)(?!校|小学|中学|完小|教学点)"
)
_address_gate = re.compile(
    rf"村[\u4e00-\u9fff]{{1,4}}[组社]|(?:{_NUM}){_UNIT}|[0-9]-[0-9]|住址|家住|地址|住在|家在|户口在|户籍|老家|租[住房了]|房子在|住|[我他她们]在"
)
_NUMBERED_OTHERWISE = re.compile(
    r"线|門|门口|教学|食堂|馆|文件?|令|公路|公交|车|站|机|窗|考场|考室|教室|会议|字|宿舍|试卷|[上下]午|凌晨|晚|前|后|之前|起|到|至|日|那天|校区"
)
_A_PUBLIC_PLACE = re.compile(
    r"(?:学校|小学|中学|幼儿园|校园|大学|学院|医院|食堂|宿舍|公园|工业园|产业园|科技园|教育城|大学城|操场|教学)$"
)
_BEFORE_A_PLACE = re.compile(
    r".*(?:住在|家住|搬[到去]|位于|住址|地址|籍贯|户口在|户籍在?|房子在|租在|老家|我们家|我家|家里|我们|咱们|他们|你们|反映|投诉|举报|关于|因为|所以|以及|还有|就是|但是|如果|送到|寄到|回到|从事|"
    r"经过|路过|穿过|走过|靠近|距离|对面|隔壁|附近|旁边|沿着|孩子|小孩|儿子|女儿|学生|家长|老师|现在|目前|原来|"
    r"[^\u4e00-\u9fff0-9A-Za-z·]|[我你他她它您咱俺的是了就也又在到把被往离去住叫为给有没不与跟及或至当让要能可还只而着过等对说看问请这那哪]|和(?![平谐睦顺美兴泰庄])|都(?![市江区县匀昌])|从(?!化)|向(?![阳荣])|来(?![宾凤])|于(?![都洪])|会(?![展龙昌]))"
)
_ADMIN = re.compile(
    r".{1,7}?(?:自治[区州县]|地区|省|市|区|县|镇|乡|街道|办事处|社区|村|州|旗|盟)"
)


def _left_edge(text: str, end: int) -> int:
    """Where a place name that ends at `end` begins: not a character of the sentence before it."""
    start = max(0, end - 30)
    stop = _BEFORE_A_PLACE.match(text, start, end)
    start = stop.end() if stop else start
    pieces = [start]
    while (piece := _ADMIN.match(text, pieces[-1], end)) and piece.end() < end:
        pieces.append(piece.end())
    first = pieces[1] if len(pieces) > 1 else end
    long = text.endswith(("街道", "社区", "办事处", "地区"), 0, first)
    longest = 6 if len(pieces) == 1 or long else 4
    if len(pieces) == 1 or first - start > longest:
        start = max(start, first - longest)
    return start


_home_tail = re.compile(
    r"(?:[ ]?(?:的?(?:[东西南北前后左右]{1,2}[门户院]|地下室|车库|阁楼|门面|铺面|传达室|平房|农家乐)|[一二三四五六七八九十0-9]{1,3}[楼层樓層](?:[东西南北中]户|[A-H](?![A-Za-z]))?"
    r"|(?<=[东西南北]门)[0-9]{2,4}|(?<=[门院楼层])[东西南北中]户|(?<=[栋幢座号元期])[A-Z]?[0-9]{1,4}(?:-[0-9]{1,4}){0,2}(?![0-9元人年月日点块分个名岁班级])|(?<=[樓楼層层])[A-H](?![A-Za-z])"
    r"|(?<=[号院])[东西南北前后]门)){1,3}"
)
_block_room = re.compile(
    r"(?:花园|花苑|家园|新村|公寓|公馆|小区|[苑城府庭湾郡居墅邸里园坊庄])(?:[一二三四五六0-9]期)?[A-Z]?[0-9]{1,2}(?:-[0-9]{1,2}){0,2}-[0-9]{3,4}(?![0-9元人分年级班])"
)
_village_group = re.compile(
    r"(?<=村)[\u4e00-\u9fff]{2,4}组(?![长织成])|(?<=[村社])(?:第?[一二三四五六七八九十0-9]{1,2})社(?![会区])"
)


def _addresses(text: str) -> Found:
    """Every piece of an address, pieces that meet or overlap as one, with what stands behind its last number."""
    start = end = strength = -1
    for one in sorted(_address_pieces(text), key=lambda one: (one.start, one.end)):
        if start >= 0 and one.start <= end:
            end, strength = max(end, one.end), max(strength, one.strength)
            continue
        if start >= 0:
            yield _with_tail(text, start, end, strength)
        start, end, strength = one.start, one.end, one.strength
    if start >= 0:
        yield _with_tail(text, start, end, strength)


def _with_tail(text: str, start: int, end: int, strength: int) -> Candidate:
    tail = _home_tail.match(text, end)
    return Candidate(start, tail.end() if tail else end, "address", strength)


_PRECISE = re.compile(r"单元|單元|室|栋|幢|户|号院")


def _address_pieces(text: str) -> Found:
    for found in _block_room.finditer(text):
        first = re.search(r"[A-Z0-9]", found[0])
        assert first is not None
        start = _left_edge(text, found.start() + 1)
        if found.start() - start >= 1:
            yield Candidate(start, found.end(), "address", 2)
    for found in _village_group.finditer(text):
        start = _left_edge(text, found.start())
        if found.start() - start >= 3:
            yield Candidate(start, found.end(), "address", 1)
    for found in _numbered.finditer(text):
        place = _place.match(text, found.start())
        assert place is not None
        start = _left_edge(text, found.start())
        name = text[start : place.end()]
        if (
            len(name) <= len(place[0])
            or _A_PUBLIC_PLACE.search(name)
            or (place[0] == "广场" and not re.search(r"栋|幢|单元|室|座|-", found[0]))
            or (
                _NUMBERED_OTHERWISE.match(text, found.end())
                and not _PRECISE.search(found[0])
                and not _A_HOME.search(text, max(0, start - 8), start)
                and not _rural.search(text, max(0, start - 8), found.start())
            )
        ):
            continue
        if (
            len(place[0]) == 1
            and place[0] not in "路街巷弄村道苑湾坪冲塘坝沟坊寨屯庄岗埠"
            and not re.search(r"栋|幢|单元|室|号楼|组|-", found[0])
            and not _A_HOME.search(text, max(0, start - 8), start)
            and not _rural.search(text, max(0, start - 8), found.start())
        ):
            continue
        yield Candidate(start, found.start() + len(found[0].rstrip(" ,，-之附")), "address", 2)
    for found in _bare_home.finditer(text):
        if not _NUMBERED_OTHERWISE.match(text, found.end()):
            estate = _estate.search(text, max(0, found.start() - 16), found.start())
            start = estate.start("name") if estate else found.start()
            yield Candidate(start, found.end(), "address", 1)
    for shape in (_home_by_word, _room_by_word):
        for found in shape.finditer(text):
            named = re.search(r"\d|[A-Z一二三四五六七八九十]", found["home"])
            if (
                named
                and not _NO_HOME.search(found["home"])
                and not _only_a_floor.fullmatch(found["home"])
            ):
                start, end = found.span("home")
                yield Candidate(
                    start, start + len(text[start:end].rstrip(" -附")), "address", 2
                )
    for found in _chain.finditer(text):
        start = found.start()
        cut = _BEFORE_A_PLACE.match(text, start, found.end())
        start = cut.end() if cut and cut.end() < found.end() - 6 else start
        lead = _lives_at.match(text, start)
        start = lead.end() if lead else start
        if not _A_PUBLIC_PLACE.search(found[0]):
            yield Candidate(
                start, start + len(text[start : found.end()].rstrip(" -附")), "address", 2
            )
    for found in _tower.finditer(text):
        start = _left_edge(text, found.start() + len(found["place"]))
        yield Candidate(min(start, found.start()), found.end(), "address", 1)
    for found in _lives.finditer(text):
        if (
            not re.search(
                r"农村|乡村|城中村|[老同旧本一个该某各新]小区|附近|学区|不|没|的(?!.{2})",
                found[1],
            )
            and len(found[1]) > 2
        ):
            yield Candidate(*found.span(1), "address", 1)


_GRADE = r"(?:[一二三四五六七八九]|[0-9]{1,2}|20[0-9]{2})"
_SECTION = r"(?:[0-9]{1,4}|[一二三四五六七八九十]{1,3}|[A-Za-z])"
_class_before = re.compile(
    rf"(?:(?:小学|初中|高中|幼儿园)?(?:{_GRADE}(?:年级|年|级)|[初高][一二三1-3]|[大中小幼]|{_GRADE})[ ]?"
    rf"(?:[(\[][ ]?{_SECTION}[ ]?[)\]]|{_SECTION})|(?:初中?|高中?)?[0-9]{{1,2}}|[初高CcGgKk]?[0-9]{{3,4}}|[大中小]|{_SECTION}|[(\[]{_SECTION}[)\]])[ ]?班$"
    rf"|[\u4e00-\u9fff]{{0,3}}[0-9]{{3,4}}班$"
)
_NOT_A_CLASS = re.compile(
    r"(?<![0-9)])班车|班(?:主任|会|费|长|级|子|里|上|次|干|委|机|额|组|科|后|前|时)"
)


_track = re.compile(
    r"(?:(?:职高|职校|中专|技校|高中|初中|小学)?[0-9]{2,4}级[\u4e00-\u9fff]{0,4}|(?:职高|职校|中专|技校|学前班|托班)|[0-9一二三四五六]岁)$"
)
"""What narrows a class further: 职高23级汽修2班."""


def classes(text: str) -> Iterator[tuple[int, int]]:
    """Where a class of a school is spoken of: 三（2）班, 高二3班, 2105班."""
    at = text.find("班")
    while at >= 0:
        found = (
            None
            if _NOT_A_CLASS.match(text, at)
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
    r"(?:[他她]?(?:爸爸|妈妈|爸|妈|爹|娘|奶奶|爷爷|外婆|姥姥)|家长(?![会群们委代和都一开各提反要很心普自也在联受捐])|爸爸|妈妈|爸妈|爸|妈(?!妈)|父亲|母亲|爷爷|奶奶|爷|奶|外公|外婆|姥姥|姥爷|监护人|姑姑|"
    r"舅舅|姨妈|叔叔|姑妈|姨|舅|叔|姑|爹|娘(?!娘))(?!们)"
)
_CHILD = rf"(?:(?P<same>[\u4e00-\u9fff])(?P=same)|小[\u4e00-\u9fff]|[\u4e00-\u9fff]{{1,2}}[宝仔妹崽]|小[\u4e00-\u9fff]{{2}}|{SURNAME}[\u4e00-\u9fff]{{1,2}}?|[\u4e00-\u9fff]{{2}}|(?<![,，])[\u4e00-\u9fff]{{3}}|[A-Z][a-z]{{2,9}})"
_BETWEEN = r"[ ,，\-—]?(?:的|学生|同学|孩子|一?[个名位])?[ ]?"
_child_and_parent = re.compile(
    rf"{_BETWEEN}(?!学生|我们|全体|所有|部分|很多|不少|几个|其他|有的|孩子){_CHILD}(?:同学|小朋友)?[ ]?的?{_PARENT}"
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
    r"(?:托班|幼儿园)?(?P<pet>[\u4e00-\u9fff]{2,3})(?<!我们)(?<!他们)(?<!你们)(?<!咱们)(?<!隔壁)(?<!别的)(?<!个)(?<!兴趣)(?<!托管)(?<!培训)(?<!实验)(?<!重点)(?<!补习)(?<![上下晚早值加轮全同每这那哪])班"
)
_FULL_PARENT = r"(?:爸爸|妈妈|奶奶|爷爷|外婆|姥姥|外公|姥爷|家长)(?![们会群都])"
_pet_child = re.compile(
    rf"(?:的)?(?!学生|孩子|小朋友|全体|所有|部分|很多|几[个位]|我们|有的)(?:小?[\u4e00-\u9fff]{{1,2}}|{SURNAME}[\u4e00-\u9fff]{{1,2}})(?:同学|小朋友)?的?{_FULL_PARENT}"
)
_post_in_class = re.compile(
    r"的?(?:[\u4e00-\u9fff]{1,3}?[科课]代表|副?班长|团支书|[\u4e00-\u9fff]{2}委员|学委|体委)(?:的?(?:家长|妈妈|爸爸|妈|爸|奶奶|爷爷))?"
)
_self_in_class = re.compile(
    r"(?:班主任|副班主任|[语数英物化生政史地体音美]\w?老师|任课老师|配班老师|保育员)"
)
_I_AM = re.compile(r"(?:我是|本人是?|我叫|作为|我带|我教)[^，。；！？\n]{0,8}$")


def _class_identities(text: str) -> Found:
    for found in _pet_class.finditer(text):
        child = _pet_child.match(text, found.end())
        if child and (
            found.start() == 0 or not "\u4e00" <= text[found.start() - 1] <= "\u9fff"
        ):
            yield Candidate(found.start(), child.end(), "class_identity", 1)
    for start, end in classes(text):
        found = _child_and_parent.match(text, end)
        alone = _child_alone.match(text, end)
        if found:
            yield Candidate(start, found.end(), "class_identity", 2)
        elif alone and not _NOT_A_CHILD.search(alone[0]):
            kin = _kin_behind.match(text, alone.end())
            yield Candidate(start, kin.end() if kin else alone.end(), "class_identity", 2)
        elif post := _post_in_class.match(text, end):
            yield Candidate(start, post.end(), "class_identity", 1)
        elif (own := _self_in_class.match(text, end)) and _I_AM.search(
            text, max(0, start - 14), start
        ):
            yield Candidate(start, own.end(), "class_identity", 1)
        elif end - start > 2 and (found := _one_parent.match(text, end)):
            yield Candidate(start, found.end(), "class_identity", 1)
        elif end - start > 2 and _MY_CHILD_IN.search(text, max(0, start - 30), start):
            yield Candidate(start, end, "class_identity", 1)
        elif _MYSELF.search(text, max(0, start - 20), start) and (
            found := _parent_of_class.match(text, end)
        ):
            yield Candidate(start, found.end(), "class_identity", 1)


_letter = re.compile(r"[A-Za-z@]")
_handle_gate = re.compile(r"[0-9名号@]|昵称|抖音|快手|微博|小红书|小紅書|知乎|贴吧|钉钉")


def structured(text: str) -> Found:
    """Candidates in a folded text."""
    numbers = _long_number.search(text)
    if numbers:
        for recogniser in _WITH_NUMBERS:
            yield from recogniser(text)
    if _letter.search(text):
        for recogniser in _WITH_LETTERS:
            yield from recogniser(text)
    elif "_" in text:
        yield from _wechats(text)
    if not _letter.search(text) and _handle_gate.search(text):
        yield from _handles(text)
    if _address_gate.search(text):
        yield from _addresses(text)
    yield from _class_identities(text)


_comma_between = re.compile("(?<=[0-9])[，,](?=[0-9])")


def spelled(text: str) -> Found:
    """Candidates in a text whose Chinese numerals were read as digits."""
    text = _comma_between.sub("-", text)
    for recogniser in (_phones, _id_cards, _bank_cards, _qqs, _wechats):
        yield from recogniser(text)


_WITH_NUMBERS: tuple[Callable[[str], Found], ...] = (
    _phones,
    _id_cards,
    _bank_cards,
    _qqs,
    _wechats,
    _other_ids,
)
_WITH_LETTERS: tuple[Callable[[str], Found], ...] = (
    _emails,
    _urls,
    _plates,
    _handles,
    _wechats,
)
