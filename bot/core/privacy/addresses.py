"""Where somebody lives or is to be found, down to the number of the room, without the words before and behind it."""

import re

from bot.core.privacy.spans import Candidate, Found

_NUM = r"(?:[0-9]{1,5}|[一二三四五六七八九十百零〇]{1,5}|[A-Za-z][0-9]{0,4})"
_PLACE = (
    r"(?:大道|大街|胡同|小区|小區|花园|花苑|家园|新村|公寓|公馆|社区|社區|街道|家属院|家属楼|教师楼|名邸|安置房|安置小区|廉租房|公租房|新城|国际城|广场|"
    r"屋场|自然村|别墅区|国际|半岛|江南|邨|[路街巷里弄道苑城园府庄湾村庭居镇乡坊郡寨屯坪冲塘岗墅座轩阁邸埠寓舍區坝沟]|嘎查|苏木|(?<=[屋湾村冲坪塘])组)"
)
_UNIT = r"(?:小队|号楼|号院|号|號|栋|幢|座|单元|單元|室|组|組|队|户|戶|弄|楼|樓|层|房|门|排|区|期|#)"
_place = re.compile(_PLACE)
_numbered = re.compile(
    rf"{_PLACE}(?:\([^()\n]{{1,4}}\)|[东南西北中][段区苑院路街]?|[A-Z]区|[一二三四五0-9]{{1,2}}期|附近的?)?(?:的|[A-Z]区)?[ ,]?第?[甲乙丙]?(?:{_NUM}(?:之[0-9一二三]|附[0-9]{{1,3}})?{_UNIT}|[0-9]{{1,3}}(?=[栋幢#\-]))"
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
    rf"(?=[家居住租落户房门营窝开设点寄送退搬坐位我人他她们地]){_LIVES_AT}(?P<home>(?:[\u4e00-\u9fff](?<![{_TALK}])){{2,20}}?第?[甲乙丙]?"
    rf"(?:(?:(?:单元|[0-9]{{1,5}}(?:[\-之][0-9]{{1,4}}){{0,3}}|[一二三四五六七八九十百]{{1,4}}|[A-Za-z][0-9]{{0,3}})(?:号楼|号院|号|號|栋|幢|座|单元|室|组|队|户|弄|楼|层|排|门|区|#|巷|期)[附 \-]{{0,2}})"
    rf"|(?:东|西|南|北|后|前)[区院巷]|车间|门面){{1,6}}(?:[0-9]{{1,4}}(?:[\-之][0-9]{{1,4}}){{0,2}}(?![0-9元人年月日点块分个名岁])|[A-Z][0-9]{{1,3}}|[一二三四五六七八九零〇]{{3,4}}|(?<=[号])传达室)?)"
)
_room_by_word = re.compile(
    rf"(?=[家居住租落户房门营窝开设点寄送退搬坐位我人他她们地]){_LIVES_AT}(?P<home>(?:[\u4e00-\u9fff](?<![{_TALK}])){{2,20}}?[0-9]{{3,4}}(?:室|房|号房)?)(?=[，。,；;！!\n ]|$)"
)
_lives_at = re.compile(_LIVES_AT)
_only_a_floor = re.compile(r"[\u4e00-\u9fff]+?[一二三四五六七八九0-9]{1,2}[楼层]")
_NO_HOME = re.compile(
    r"学校|小学|中学|幼儿园|校园|医院|食堂|宿舍|操场|教学|教室|办公|年级|班|地铁|号线|公交|车站|[全每]|个|补课|班车"
)
_chain = re.compile(
    r"(?:[\u4e00-\u9fff]{2,6}?(?:自治[州县]|省|市|区|县|旗|盟|街道|镇|乡|區|縣|鎮|鄉)){2,4}[\u4e00-\u9fff]{1,16}?"
    rf"(?:[0-9]{{1,3}}巷)?(?:第?[甲乙丙]?(?:单元|{_NUM})(?:[\-之][0-9]{{1,4}}){{0,2}}{_UNIT}[附 \-]{{0,2}}){{1,6}}(?:[0-9]{{1,4}}(?:[\-][0-9]{{1,4}}){{0,2}}(?![0-9元人年月日点块分个名岁]))?"
)
"""District, street and whatever bears the number: the names of places need not be known."""
_tower = re.compile(
    rf"(?P<place>大厦|公寓|公馆|小区|花园|家园|花苑|新村|[苑城府庭湾郡居墅邸里园])[A-Za-z0-9]{{1,2}}(?:座|栋|幢|号楼)[ \-]?(?:{_NUM}(?:单元|楼|层)[ \-]?)?[0-9]{{3,4}}(?:室|号|房)?(?![0-9元人分年级班])"
)
_lives = re.compile(
    r"(?:家住在?|住址[ :：是为]{0,3}|家庭(?:住|地)址[ :：是为]{0,3}|我[们家]{0,2}住在?|家在|(?<!通讯)地址[:：是为]{1,3}|户籍[地在是:：]{1,3}|户口在|老家在?|租住在?|租房在|房子在)"
    r"([\u4e00-\u9fff]{2,24}?(?:小区|花园|花苑|家园|新村|公寓|社区|家属院|[村苑湾庄府屯寨坪])(?:[\u4e00-\u9fff]{1,4}组)?)(?!校|小学|中学|完小|教学点)"
)
_a_unit = re.compile(rf"[0-9A-Za-z一二三四五六七八九十百零〇甲乙丙东西南北]{_UNIT}")
_a_number = re.compile(
    r"[0-9]-[0-9]|[舍寓楼房座栋幢塔#斋区][A-Za-z]?[0-9零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖]{3}|楼[0-9]{1,2}[A-H]|[路街巷号院][甲乙丙]?[0-9]|[0-9一二三四五六七八九十]排"
)
_a_home = re.compile(
    "住|地址|地点|门牌|家在|家就|户口在|户籍|落户|老家|租|房子在|我在|他在|她在|人在|们在|营地在|窝点在|开在|设在|点在|寄到|送到|退到|搬到|坐落|位于"
)
_told_house = re.compile(
    rf"(?![去给从向往离经路借租])(?:[\u4e00-\u9fff](?<![{_TALK}住])){{1,6}}(?:村委会|大队部|粮站|供销社|卫生院|车站|祠堂|小卖部|菜场|信用社|邮局|桥头|渡口|水库|电站|砖厂|林场|嘎查[一二三四五六七八九十]?社?|[庄村屯寨沟坪社营湾塘冲组])(?:最?[东西南北]头|斜?对面|旁边?|隔壁|后头|后面|前头|背后|边上|上头|下头|坡上|沟口)"
    rf"(?:的|那)?(?:第[一二三四五六七八九十0-9]{{1,2}}[家户间个](?:门面?|铺子?|院子?|胡同口?|巷子?口?|路口)?|那(?:一)?[家户](?![都也])|[一二三四五0-9]{{1,2}}[楼层](?:最?[东西南北左右里][间户头边])?|[东西南北][间屋厢])"
)
"""A house told by what everybody knows: 老粮站对面第三家, 村委会后头二楼东间."""
_a_told_house = re.compile(
    r"(?:头|面|边|旁|壁|后|上|口)(?:的|那)?(?:第[一二三四五六七八九十0-9]|那|[一二三四五0-9]{1,2}[楼层]|[东西南北])"
)
_corner_house = re.compile(
    rf"(?:[\u4e00-\u9fff](?<![{_TALK}住])){{2,5}}[路街巷村]口(?:往?[东西南北左右]边?)?(?:的)?第[一二三四五六七八九十0-9]{{1,2}}[家户间](?:(?:[\u4e00-\u9fff](?<![{_TALK}])){{0,4}}?(?:店|铺|馆|院)(?:楼上|隔壁)?|楼上)?"
)
_estate_room = re.compile(
    rf"(?:(?<![\u4e00-\u9fff])|(?<=[住在到])|(?<=家是))(?:[\u4e00-\u9fff](?<![{_TALK}住])){{1,5}}(?:[苑府庭湾邸郡轩]|(?<![班室楼校区家那这夜心手])里)[0-9]{{3,4}}室?(?=[，。！？,;；!?\n ]|$)"
)
"""幸福里1802, between marks."""
_estate_block = re.compile(
    rf"(?:[\u4e00-\u9fff](?<![{_TALK}住])){{2,7}}[一二三四五六1-6]期[0-9]{{1,3}}(?:号楼|栋|幢|座)"
)
_tower_floor = re.compile(
    r"(?:[\u4e00-\u9fff]{1,3}(?:邨|村|苑|花园|花園))?[\u4e00-\u9fff]{1,3}[樓楼阁閣軒轩苑][ ]?[0-9A-Za-z]{1,3}[樓楼][ ]?[0-9A-Za-z]{1,5}室"
)
_stair_room = re.compile(
    r"(?:[一二三四五六七八九十0-9]{1,3}号)?(?:家属楼|宿舍楼|筒子楼|教工楼|教师楼|教师公寓|教工宿舍)(?:[东西南北中甲乙丙][单元栋楼座]{1,2})(?:地下室|[一二三四五六0-9][楼层])?[ ]?[0-9]{2,4}室?"
)
_dorm_bed = re.compile(
    r"(?<![0-9])[0-9]{1,2}号公寓[ ]?[0-9]{3}室?|[男女](?:寝|舍|宿)[0-9一二三四五六七八九十]{0,2}[栋楼舍]?[ ]?[0-9]{3}(?:室|寝)?|(?<![0-9一二三四五六七八九十])[一二三四五六七八九][舍寝][ ]?[0-9]{3}(?:室|寝)?|(?<![0-9])[0-9]{1,2}[栋舍][ ]?[0-9]{3}(?=我家|我儿|我闺|我女|我们寝|我们宿)"
)
"""女寝6栋317, 五舍211."""
_PUBLIC_OFFICE = re.compile(r"政务|办事大厅|服务中心|市民中心|行政中心|窗口|柜台")
_a_village = re.compile(
    "[镇乡道木][\u4e00-\u9fff]{1,5}[村社嘎]|村[\u4e00-\u9fff]{1,4}[组社]|村[一二三四五六七八九十0-9第]|社[一二三四五六七八九十0-9第]"
)
_of_a_district = re.compile("[州县省市区旗盟道镇乡區縣鎮鄉]")
_a_house = re.compile("那[个间排栋座户家]|院子|平房|屋|房子|那户|那一户|[皮砖土瓦木石铁]房")
_NUMBERED_OTHERWISE = re.compile(
    r"线|門|门口|教学|食堂|馆|文件?|令|公路|公交|车|站|机|窗|考场|考室|教室|会议|字|宿舍|试卷|[上下]午|凌晨|晚|前(?![头面边院])|后(?![头面边院])|之前|起|到(?!底)|至|日|那天|校区"
)
_A_PUBLIC_PLACE = re.compile(
    r"(?:学校|小学|中学|幼儿园|校园|大学|学院|医院|食堂|宿舍|公园|工业园|产业园|科技园|教育城|大学城|操场|教学)$"
)
_BEFORE_A_PLACE = re.compile(
    r".*(?:住在|家住|搬[到去]|位于|住址|地址|籍贯|户口在|户籍在?|房子在|租在|老家|我们家|我家|家里|我们|咱们|他们|你们|反映|投诉|举报|关于|因为|所以|以及|还有|就是|但是|如果|送到|寄到|回到|从事|"
    r"经过|路过|穿过|走过|靠近|距离|对面|隔壁|附近|旁边|沿着|孩子|小孩|儿子|女儿|学生(?!宿舍|公寓)|家长|老师|现在|目前|原来|自己|自家|"
    r"[^\u4e00-\u9fff0-9A-Za-z·]|[我你他她它您咱俺的是了就也又在到把被往离去叫为给有没不与跟及或至当让要能可还只而着过等对说看问请这那哪]|和(?![平谐睦顺美兴泰庄])|都(?![市江区县匀昌])|住(?![院宅])|从(?!化)|向(?![阳荣])|来(?![宾凤])|于(?![都洪])|会(?![展龙昌]))"
)
_ADMIN = re.compile(
    r".{1,7}?(?:自治[区州县]|地区|省|市|区|區|县|縣|镇|鎮|乡|鄉|街道|办事处|社区|村|州|旗|盟|大道|街|巷|[^半上下网思电线铁出公]路|胡同)"
)


_NOT_A_WHOLE_NAME = re.compile(
    r"(?<=[\u4e00-\u9fff])(?:[\u4e00-\u9fff](?:镇|乡|县|街道|路|苑)|(?:广场|大厦|小区|花园|花苑|家园|公寓|国际|新村|新城|社区))"
)
"""What a name of a place does not begin with: 那大镇 and 佳和广场 are not cut behind their first word."""


def _left_edge(text: str, end: int) -> int:
    """Where a place name that ends at `end` begins: not a character of the sentence before it."""
    first_of_all = max(0, end - 30)
    start, limit = first_of_all, end
    while stop := _BEFORE_A_PLACE.match(text, first_of_all, limit):
        start = stop.end()
        if start == end or not _NOT_A_WHOLE_NAME.match(text, start):
            break
        start, limit = first_of_all, start - 1
    clear = stop is not None or not first_of_all
    pieces = [start]
    while (piece := _ADMIN.match(text, pieces[-1], end)) and piece.end() < end:
        pieces.append(piece.end())
    first = pieces[1] if len(pieces) > 1 else end
    long = text.endswith(("街道", "社区", "办事处", "地区"), 0, first)
    longest = (8 if clear else 6) if len(pieces) == 1 or long else (6 if clear else 4)
    if len(pieces) == 1 or first - start > longest:
        start = max(start, first - longest)
    return start


_home_tail = re.compile(
    r"(?:[ ]?(?:的?(?:[东西南北前后左右]{1,2}[门户院]|地下室|车库|阁楼|门面|铺面|传达室|平房|农家乐)|[一二三四五六七八九十0-9]{1,3}[楼层樓層](?:[东西南北中]户|[A-H](?![A-Za-z]))?"
    r"|(?<=[东西南北]门)[0-9]{2,4}|(?<=[门院楼层])[东西南北中]户|(?<=[栋幢座号元期])[A-Z]?[0-9]{1,4}(?:-[0-9]{1,4}){0,2}(?![0-9元人年月日点块分个名岁班级])|(?<=[樓楼層层])[A-H](?![A-Za-z])"
    r"|(?<=[号院])[东西南北前后]门|(?<=号)[之附][一二三四五六七八九十0-9]{1,3}号?|(?<=号)别墅|(?<=[楼栋幢座])[东西南北]头(?:[0-9]{2,4}室?)?)){1,3}"
)
_block_room = re.compile(
    r"(?:花园|花苑|家园|新村|公寓|公馆|小区|[苑城府庭湾郡居墅邸里园坊庄])(?:[一二三四五六0-9]期)?(?:地下[一二三]层)?[A-Z]?[0-9]{1,2}(?:-[0-9]{1,2}){0,2}-[0-9]{3,4}(?![0-9元人分年级班])"
)
_village_group = re.compile(
    r"(?<=村)[\u4e00-\u9fff]{2,4}组(?![长织成])|(?<=[村社])(?:第?[一二三四五六七八九十0-9]{1,2})社(?![会区])"
)


def addresses(text: str) -> Found:
    """Every piece of an address, pieces that meet or overlap as one, with what stands behind its last number."""
    start = end = strength = -1
    for one in sorted(_address_pieces(text), key=lambda one: (one.start, one.end)):
        if start >= 0 and one.start <= end:
            end, strength = max(end, one.end), max(strength, one.strength)
            continue
        if start >= 0:
            yield from _whole(text, start, end, strength)
        start, end, strength = one.start, one.end, one.strength
    if start >= 0:
        yield from _whole(text, start, end, strength)


def _whole(text: str, start: int, end: int, strength: int) -> Found:
    """With its tail, unless it is a counter of a public office."""
    found = _with_tail(text, start, end, strength)
    if not _PUBLIC_OFFICE.search(text, found.start, found.end + 2):
        yield found


_DWELLINGS = (
    "家属院",
    "家属楼",
    "家属区",
    "胡同",
    "大院",
    "新村",
    "小区",
    "花园",
    "嘎查",
    "公寓",
)
_beside = re.compile(r"(?:斜?对面|隔壁|旁边?|后头|后面|边上|楼上|背后)$")


def _with_tail(text: str, start: int, end: int, strength: int) -> Candidate:
    if relation := _beside.search(text, max(0, start - 5), start):
        start = min(start, _left_edge(text, relation.start()))
    if _ROAD_NUMBER.search(text, start, end) and (found := _behind_number.match(text, end)):
        end = found.end()
    for shape in (_home_tail, _nearby, _home_tail):
        tail = shape.match(text, end)
        end = tail.end() if tail else end
    return Candidate(start, end, "address", strength)


_ROAD_NUMBER = re.compile("(?:[路街道巷段弄]|胡同)[甲乙丙]?[0-9一二三四五六七八九十]{1,5}号$")


_COUNT = r"(?:[0-9]{1,4}|[一二三四五六七八九十]{1,3}|[甲乙丙丁A-Za-z])"
_BLOCK = r"(?:号楼|號樓|栋|棟|幢|座|塔|号院|号宿舍|宿舍|斋|#)"
_ROOM = r"(?:[A-Za-z]?[0-9]{3,4}(?:[\-][0-9]{1,4})?|[一二三四五六七八九壹贰叁肆伍陆柒捌玖][零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖]{2,3}|[0-9]{1,2}[A-H])(?![0-9元人年月日点块分个名岁班级度页本届%.:米斤名项件条])"
_block_and_room = re.compile(
    rf"(?:{_COUNT}|[东西南北中]|(?<=号)[甲乙丙丁]楼){_BLOCK}?(?<=[楼樓栋棟幢座塔院舍斋#])[ \-]?(?:{_COUNT}(?:单元|單元|门|梯|区)[ \-]?)?(?:{_COUNT}[楼层][ \-]?)?{_ROOM}(?:室|房|号|户|寝)?"
    rf"|{_COUNT}(?:栋|棟|幢|号楼)(?:架空层|地下室|车库|天台|顶楼|顶层|底楼)|[0-9]{{1,2}}排[0-9]{{1,3}}号|[甲乙丙丁]?[0-9一二三四五六七八九十]{{1,3}}号院(?:[东西南北]?[屋厢]|[0-9]{{1,2}}-[0-9]{{1,4}})?|(?<=[期区苑园庭府湾城舍里寓])[A-Z][0-9]{{1,2}}-[0-9]{{3,4}}(?![0-9\-])|{_COUNT}(?:栋|棟|幢|号楼|楼)[东西南北中甲乙丙]单元(?:[顶底]楼)?"
    rf"|[\u4e00-\u9fff]{{2}}楼[0-9]{{1,2}}[A-H](?![A-Za-z0-9])|(?<=号)[甲乙丙]楼[0-9]{{1,4}}号"
    rf"|{_COUNT}(?:栋|棟|幢|号楼|座)[ \-]?{_COUNT}(?:单元|單元|梯)(?:[ \-]?{_COUNT}[楼层樓層](?:[东西南北中左右](?:户|侧|边|首)?)?)?"
    rf"|(?<![0-9\-.:/第图表年月日])[A-Z]?[0-9]{{1,2}}(?:-[0-9]{{1,2}}){{1,2}}-[0-9]{{3,4}}(?![0-9\-.:元人个米次分名题页])"
)
"""A block and a room or a staircase in it: B座1704, 2号楼1单元27层东, 7-1-901."""
_dormitory = re.compile(
    rf"(?:宿舍|公寓|寝室楼|[男女]生楼|教工楼|教师楼|学生楼|职工楼|周转房|单身楼|筒子楼|家属楼|家属区|平房)(?:[A-Z]?[0-9]{{1,2}}(?:号楼|栋|幢|门|号|区)|[A-Z]?[0-9]{{1,2}}-|[东西南北甲乙丙][楼栋座]|{_COUNT}[楼层])?[ \-]?"
    rf"(?:{_ROOM}(?:室|房|号|寝)?(?:[ ]?的?(?:靠[门窗墙]|[0-9]号|[左右里外])?(?:[上下]铺|床位?)|的?[0-9]{{1,2}}床)?|{_COUNT}单元|{_COUNT}[楼层](?:最?[里外左右东西]\w?[间头户])|{_COUNT}-[0-9]{{1,2}}-[0-9]{{1,4}}|[0-9]{{1,2}}排[0-9]{{1,3}}号)"
    rf"|[期区园苑][\u4e00-\u9fff]{{0,3}}楼{_ROOM}室|家属[区院](?:[\u4e00-\u9fff](?<![{_TALK}])){{0,4}}楼{_ROOM}|(?:工房|厂房宿舍|人才公寓|家属区)[A-Z0-9]{{1,2}}(?:栋|幢|号楼)"
    rf"|[\u4e00-\u9fff]{{1,3}}[楼斋][ ]?{_ROOM}(?:室|房|号|寝)?[ ]?(?:靠[门窗墙]|[0-9]号|[左右里外])?(?:[上下]铺|床位?)"
)
_PUBLIC_ROOM = re.compile(
    r"[ ]?的?(?:教室|会议|办公|考场|机房|实验|报告厅|多媒体|厕所|卫生间|水房|开会|上课|监控|诊室|窗口|班|路|次|路车)"
)
_PUBLIC_HOUSE = re.compile(
    r"(?:教学|实验|综合|办公|行政|图书|艺术|科技|科教|门诊|信息|体育|食堂|电教)(?:大?楼|馆|中心)?$|[课章题图表卷页第]$"
)
_countryside = re.compile(
    rf"(?:[\u4e00-\u9fff](?<![{_TALK}])){{1,3}}(?:镇|乡|街道|苏木)(?:[\u4e00-\u9fff](?<![{_TALK}])){{1,5}}(?:村|嘎查|社区)"
    rf"(?:[\u4e00-\u9fff](?<![{_TALK}上下里])){{0,4}}(?:{_NUM}(?:组|社|队|号)|(?:民委员会|委会)?(?:[\u4e00-\u9fff](?<![{_TALK}])){{0,4}}(?:村民)?小?组(?![长织成])|(?:[寨屯湾塆坳沟坪冲坡岭庄洼](?![\u4e00-\u9fff]?(?:小学|中学|教学点))))(?:{_NUM}号)?"
)
"""Township, village and a part of it: 雷公乡也改村岩脚寨."""
_a_name = re.compile("[\u4e00-\u9fff]{2}")
_that_house = re.compile(
    rf"(?:[\u4e00-\u9fff](?<![{_TALK}])){{1,6}}(?:村委会|小组|村|街道|社区|镇|乡|路|街|巷|胡同|弄|祠堂|站牌|厂)[\u4e00-\u9fff]{{1,14}}?(?:那[个间排座栋户家]|的)(?:[\u4e00-\u9fff]{{0,3}}(?:院子|平房|[砖土蓝白红小木瓦皮石铁][屋房]|小屋|那一?户)|[屋房]子)"
)
"""A house told by what stands beside it: 石塘村委会往西第二个岔路口那间红砖屋."""
_lives_told = re.compile(
    rf"(?:家?住(?:在|址[是:：]?)?|家就?在|地址[是:：]?|租在|借住(?:在)?|[我他她]家在|[我他她]在)(?P<home>(?:[\u4e00-\u9fff](?<![{_TALK}])){{2,16}}?(?:胡同|家属院|家属楼|家属区|弄|巷|大院|宿舍楼?|公寓|新村|嘎查|小区|花园|寨|屯|大杂院|筒子楼|平房)(?P<where>[\u4e00-\u9fffA-Za-z0-9\-]{{0,20}}?(?:第[一二三四五六七八九十0-9]{{1,2}}[个家户间](?:门|院子?|屋)?|[0-9一二三四五六七八九十顶底]{{1,3}}[层楼](?:左手|右手|[东西左右]|最?里间|天台|[东西]户)?|[东西南北]头(?:第?[一二三四五六]家|[一两二三]间)?|那块|[左右]手(?:头一家|边)?|门洞[\u4e00-\u9fff]{{0,4}}|走到底的[0-9]{{1,3}}号|小院里的二层))?)(?=[，。；！？,;!?)\n ]|的|$|，|那块|离|跟|到)"
)
"""What follows 住 up to the next mark, where it names a place: 教育局老家属院东楼二门四层左手."""
_behind_number = re.compile(
    rf"(?:[\u4e00-\u9fff](?<![{_TALK}])){{2,9}}?(?:[A-Z]?{_COUNT}(?:期|区)[ ]?)?(?:(?:{_COUNT}|[东西南北中])(?:{_BLOCK}|区|单元|[楼层]|号)[ \-]?){{0,3}}(?:{_ROOM}(?:室|房|号|户)?|(?<=[栋幢座塔楼层元室号])(?![元]))"
    rf"|(?![前后][头面边]|旁边|对面|门口|附近|[装换修拆清])[\u4e00-\u9fff](?<![{_TALK}])(?:[\u4e00-\u9fff](?<![{_TALK}])){{1,4}}(?=[，。；！？,;!?)\n]|$)"
)
"""What stands behind the number of a road: 356号银座B塔1912室, 36号金色摇篮."""
_nearby = re.compile(
    r"的?(?:后面|后头|前面|前头|对面|旁边|隔壁|下面|楼下|边上|背后|里头|旁|附近)(?:那家|那间|(?:的|那[家间个])?[\u4e00-\u9fff]{0,3}(?:房子?|店|铺子?|库|平房|车库|仓库|门面|小卖部|超市|院子?))?"
    r"|[(][^()，。\n]{1,10}(?:那家|那户|[头边面旁]|隔壁|对面)[)]|地下[一二三]层|架空层|底楼|后楼|顶楼|天台|门洞|[东西]厢|[东西]屋|最?[东西南北]头(?:第?[一二三两][间户家][\u4e00-\u9fff]{0,2})?|[甲乙丙][0-9]{2,4}室|(?:[一二三四五六0-9]门)?[一二三四五六七八九十0-9]{1,2}层(?:[左右]手|天台|[东西]户)?|负[一二三]层|底商|商铺|顶楼|[\u4e00-\u9fff]家院子"
)


_a_room = re.compile(
    r"[苑府庭湾邸郡轩里楼樓栋舍寝元室寓][ ]?[0-9]{2}|期[0-9]|[樓楼][ ]?[0-9A-Za-z]{1,3}[樓楼]"
)
_PRECISE = re.compile(r"单元|單元|室|栋|幢|户|号院|号楼|[A-Z]区")


def _address_pieces(text: str) -> Found:
    if _a_room.search(text):
        for shape in (_estate_room, _estate_block, _tower_floor, _stair_room, _dorm_bed):
            for found in shape.finditer(text):
                if not _PUBLIC_ROOM.match(text, found.end()):
                    start = found.start()
                    cut = _BEFORE_A_PLACE.match(text, start, found.end() - 6)
                    yield Candidate(cut.end() if cut else start, found.end(), "address", 1)
    if _a_told_house.search(text):
        for found in (*_told_house.finditer(text), *_corner_house.finditer(text)):
            yield Candidate(*found.span(), "address", 1)
    if _a_unit.search(text) or _a_number.search(text):
        yield from _with_numbers(text)
    if _a_home.search(text):
        yield from _where_one_lives(text)
    if _a_village.search(text):
        yield from _in_villages(text)
    if _a_house.search(text):
        yield from _told(text)


def _with_numbers(text: str) -> Found:
    for found in _block_room.finditer(text):
        first = re.search(r"[A-Z0-9]", found[0])
        assert first is not None
        start = _left_edge(text, found.start() + 1)
        if found.start() - start >= 1:
            yield Candidate(start, found.end(), "address", 2)
    for found in (*_block_and_room.finditer(text), *_dormitory.finditer(text)):
        start = _left_edge(text, found.start())
        if (
            not _PUBLIC_ROOM.match(text, found.end())
            and not _PUBLIC_HOUSE.search(text, start, found.start())
            and (
                _a_name.match(text, start, found.start())
                or found[0][-1] in "铺床位"
                or _A_HOME.search(text, max(0, start - 8), start)
            )
        ):
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
            and not re.search(r"栋|幢|单元|室|号楼|[组弄巷附排]|-", found[0])
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
    for found in _chain.finditer(text) if len(_of_a_district.findall(text)) > 1 else ():
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


def _where_one_lives(text: str) -> Found:
    for found in _lives_told.finditer(text):
        named = found["home"]
        if (found["where"] or named.endswith(_DWELLINGS)) and not _NO_HOME.search(named[:-2]):
            yield Candidate(*found.span("home"), "address", 1)
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
    for found in _lives.finditer(text):
        if (
            not re.search(
                r"农村|乡村|城中村|[老同旧本一个该某各新]小区|附近|学区|不|没|的(?!.{2})",
                found[1],
            )
            and len(found[1]) > 2
        ):
            yield Candidate(*found.span(1), "address", 1)


def _in_villages(text: str) -> Found:
    for found in _countryside.finditer(text):
        cut = _BEFORE_A_PLACE.match(text, found.start(), found.end())
        start = cut.end() if cut and cut.end() < found.end() - 5 else found.start()
        yield Candidate(start, found.end(), "address", 1)
    for found in _village_group.finditer(text):
        start = _left_edge(text, found.start())
        if found.start() - start >= 3:
            yield Candidate(start, found.end(), "address", 1)


def _told(text: str) -> Found:
    for found in _that_house.finditer(text):
        start = _left_edge(text, min(found.end(), found.start() + 4))
        yield Candidate(min(start, found.start() + 2), found.end(), "address", 1)
