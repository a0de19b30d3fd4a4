"""Identities that are numbers: telephones, cards of every kind, number plates, and what an office numbers people by.

Public numbers (110, 12345, 400-…), document and order numbers, scores, dates and sums are no identities.
"""

import re

from bot.core.privacy.spans import Candidate, Found

_GAP = r"[ .\-~/_●]{0,3}"
long_number = re.compile(rf"[0-9](?:{_GAP}[0-9]){{4}}")

_NOT_A_PERSON = re.compile(
    r"(?:订单|单号|编号|流水|受理|工单|货号|文号|书号|ISBN|isbn|条码|条形码|项目|批次|型号|版本|备案|许可证|信用代码|序列|查询码|案号|合同号|发票|"
    r"代码|统一社会|采购|招标|回执)[^0-9，。；\n]{0,8}$"
)
MONEY = re.compile(r"\s{0,2}(?:元(?!旦)|块|万|亿|人次|人(?!家)|%|分钟|平方|平米|本书)")

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
_rings = re.compile(r"[，, ]{0,2}(?:一直|总|也|都)?(?:打不通|没人接|关机|不接|联系)")
_lettered_mobile = re.compile(
    r"(?<![0-9A-Za-z])1[3-9](?=[OoIl]{0,9}[0-9])(?=[0-9]{0,8}[OoIl])[0-9OoIl]{9}(?![0-9A-Za-z])"
)
"""18OO732465I: letters in the places of digits."""
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


def phones(text: str) -> Found:
    """Telephones, mobile, fixed and abroad."""
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
        if _NOT_A_PERSON.search(text, max(0, start - 20), start) or MONEY.match(text, end):
            continue
        yield Candidate(start, end, "phone", 3 if named else 2)
    for found in (*_nearly_mobile.finditer(text), *_sender.finditer(text)):
        start, end = found.span()
        rung = _PHONE_WORD.search(text, max(0, start - 20), start) or _rings.match(text, end)
        if rung and not MONEY.match(text, end):
            yield Candidate(start, end, "phone", 1)
    for found in _lettered_mobile.finditer(text):
        if sum(char.isdigit() for char in found[0]) >= 8:
            yield Candidate(*found.span(), "phone", 2)
    for shape in (_landline, _spaced_landline, _abroad, _taiwan_mobile, _hong_kong):
        for found in shape.finditer(text):
            start, end = found.span()
            if sum(c.isdigit() for c in found[0]) >= 8 and not _NOT_A_PERSON.search(
                text, max(0, start - 20), start
            ):
                yield Candidate(start, end, "phone", 2)
    for found in (*_local.finditer(text), *_taiwan_spaced.finditer(text)):
        start, end = found.span()
        if _PHONE_WORD.search(text, max(0, start - 20), start) and not MONEY.match(text, end):
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


def id_cards(text: str) -> Found:
    """Identity cards, new and old, whole and half hidden."""
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


_in_fours = re.compile(r"[0-9]{4,6}[ \-]{1,2}(?:[0-9]{4}[ \-]{1,2}){2}")


def checks_as_card(number: str) -> bool:
    """Whether a bank card number passes Luhn (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in reversed(number)]
    return (
        sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    ) % 10 == 0


def bank_cards(text: str) -> Found:
    """Bank cards."""
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


_plate = re.compile(
    r"[黔秦蜀滇陇使京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼滬遼魯蘇贛陝閩貴粵雲寧瓊][ ]?([A-Za-z])[ .·\-]{0,3}"
    r"((?:[A-HJ-NP-Za-hj-np-z0-9OoIi][ ]?){4,5}[A-HJ-NP-Za-hj-np-z0-9学挂警港澳领试超學掛領])(?:[ ]?[学挂警港澳领试超])?(?![A-Za-z0-9])"
)
_plate_by_word = re.compile(
    r"(?:车牌|牌照|牌号|车号|尾号)(?:号码?)?[是为:： ]{0,3}(?P<own>[A-HJ-NP-Z][ .·\-]{0,2}(?=[A-Z0-9]{0,5}[0-9])[A-Z0-9]{4,6}[学挂警]?)(?![A-Za-z0-9])"
)
_armed_plate = re.compile(
    r"(?<![A-Za-z])WJ ?[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]? ?[0-9]{2,5}[A-Z0-9]?[0-9]{0,2}(?![0-9])"
)


def plates(text: str) -> Found:
    """Number plates."""
    for found in _plate.finditer(text):
        digits = sum(c.isdigit() for c in found[2])
        if digits >= 2 and (digits >= 3 or found[0].isupper()):
            yield Candidate(*found.span(), "plate", 3)
    for found in _plate_by_word.finditer(text):
        yield Candidate(*found.span("own"), "plate", 2)
    for found in _armed_plate.finditer(text):
        if sum(c.isdigit() for c in found[0]) >= 4:
            yield Candidate(*found.span(), "plate", 3)


_other = re.compile(
    r"(?:学籍号|学籍编号|学号|考号|准考证号?|报名号|护照号?码?|工号|警号|教师资格证号?|教师证号?|社保号|医保号|通行证号?|港澳证|台胞证|出生证号?|病历号|住院号|會員號|"
    r"胸牌号?|工牌号?|抽签号|信访号|回执号|申诉号|证书号|学生卡号?|学籍编号|人事编号|社保编号|报名序号|我的编号|面试号|座位号|学生证号?|残疾证号?|户口本?号|档案号|毕业证号?|一卡通号?|饭卡号?|牌照)(?:码|号|编号)?[ :：是为=]{0,4}(?![0-9]{1,4}(?:[^0-9A-Za-z\-]|$))([甲乙丙丁]?[A-Za-z]{0,4}-?[0-9](?:[A-Za-z0-9\-]{3,24}|[0-9 ]{4,20}[0-9]))"
)


def other_ids(text: str) -> Found:
    """Numbers of pupils, exams, passports and the like."""
    for found in _other.finditer(text):
        yield Candidate(*found.span(1), "other_id", 2)
