"""A class together with a child, a parent or a post in it: that is one person of a school.

Classes are told by number (三（2）班, 3.2班, 五·四班, G8-2班), by year and trade (2023级数控1班), by a kindergarten's pet name
(向日葵班, 彩虹二班) or by a hall's word (六甲班, 五仁班). Alone none of them is anybody.
"""

import re
from collections.abc import Container, Iterator

from bot.core.privacy.spans import Candidate, Found
from bot.core.privacy.surnames import SURNAME

_GRADE = r"(?:[一二三四五六七八九]|[0-9]{1,2}|20[0-9]{2})"
_SECTION = r"(?:[A-Za-z]?[0-9]{1,4}|[文理]?[一二三四五六七八九十]{1,3}|[文理][0-9]{1,2}|[A-Za-z]|[甲乙丙丁戊仁义義礼禮智信忠孝爱愛])"
_class_before = re.compile(
    rf"(?:(?:小学|初中|高中|幼儿园)?(?:{_GRADE}(?:年级|年|级)(?:那个|的)?|[初高][一二三1-3]|[初中]?预[初备]?|初预|[大中小幼托]|小小|{_GRADE})[ ]?"
    rf"(?:[(\[][ ]?{_SECTION}[ ]?[)\]]|{_SECTION})|[A-Za-z]?[0-9一二三四五六七八九]{{1,2}}[.\-][0-9一二三四五六七八九十]{{1,2}}|(?:初中?|高中?)?[0-9]{{1,2}}|[A-Za-z][0-9]{{1,2}}|[初高CcGgKk]?[0-9]{{3,4}}|托?[大中小]|小小|{_SECTION}|[(\[]{_SECTION}[)\]])[ ]?(?:班|中队)$"
    rf"|(?:(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{{1,6}}|[\u4e00-\u9fff]{{2}})?[0-9]{{3,4}}班$"
)
_NOT_A_CLASS = re.compile(
    r"(?<![0-9)])班车|班(?:主任|会|费|长|级|子|里|上|次|干|委|机|额|组|科|后|前|时)"
)


_PET = (
    r"(?:太阳花?|向日葵|葵花|彩虹|苹果|草莓|樱桃|葡萄|香蕉|橙子|橘子|桔子|西瓜|蜜桃|水蜜桃|桃子|柠檬|菠萝|芒果|石榴|板栗|核桃|花生|豆豆|土豆|豌豆|蘑菇|萝卜|玉米|南瓜|苗苗|蓓蕾|花蕾|花苗|花儿|"
    r"小?蜜蜂|蝴蝶|小?蚂蚁|毛毛虫|瓢虫|蜻蜓|蜗牛|小?鸭子?|小鸡|小?熊猫?|小?兔子?|白兔|小?松鼠|小?象|大象|小?鹿|长颈鹿|斑马|小?狮子?|小?老虎|小?海豚|鲸鱼|小?鱼儿?|企鹅|海星|贝壳|考拉|刺猬|"
    r"小?星星|满天星|月亮|云朵|白云|阳光|朝阳|晨曦|春芽|新芽|嫩芽|小?葫芦|小?树苗|蒲公英|茉莉|百合|玫瑰|雏菊|牡丹|荷花|梅花|桃花|樱花|迎春|杜鹃|铃兰|薰衣草|紫藤|银杏|青竹|绿竹|白杨|"
    r"开心果|棒棒糖|棉花糖|果果|糖果|布丁|奶酪|饼干|宝宝|宝贝|贝贝|精灵|蓝精灵|天使|巧虎|海绵|哆啦|皮卡|积木|风车|纸鸢|小船|帆船|火车|飞船|风铃)"
)
"""How kindergartens call their classes."""
_track = re.compile(
    rf"(?:(?:职高|职校|中专|技校|高中|初中|小学)?[0-9]{{2,4}}级[\u4e00-\u9fff]{{0,6}}|(?:职高|职校|中专|技校|学前班|托班)|[0-9一二三四五六]岁|(?:小学|初中|高中)部"
    r"|(?:(?:职高|职校|中专|技校)?[一二三]年级|[初高][一二三]|[0-9]{2,4}级?)?(?:理补|文补|理科|文科|复读|汽修|汽车|护理|幼师|幼教|学前|电商|计算机|机电|机械|数控|会计|财会|烹饪|美术|音乐|体育|物流|旅游|焊接|焊工|车工|电工|服装|建筑|农学|电子|模具|酒店|航空|铁路|高铁|动漫|网络|软件|保育|康养|美容|电子商务|计算机应用|汽车维修|幼保|早教|托育|学前教育|助产|药剂|药学|检验|康复|口腔|中医|老年|机器人|无人机|新能源|机床|机加|钳工|模具|电气|电力|光伏|通信|物联网|大数据|云计算|动画|影视|传媒|播音|主持|舞蹈|声乐|书法|茶艺|花艺|导游|乘务|空乘|轨道|城轨|船舶|测绘|建筑|装潢|室内|园林|园艺|畜牧|兽医|烘焙|西点|中餐|美发|形象|商务|国贸|市场|营销|文秘|会展|安保|工艺|化工|环保|食品|纺织|服装)(?:与|技术|工程|专业|应用|维修|设计|服务|管理|制造)?"
    rf"|{_PET}|蒙氏|火箭|实验|重点|尖子|创新|清北|宏志|国际|双语|特长|春蕾|民族|特教|启智|培智)$"
)
"""What narrows a class further: 职高23级汽修2班."""


def classes(text: str, names: Container[int] = ()) -> Iterator[tuple[int, int]]:
    """Where a class of a school is spoken of: 三（2）班, 高二3班, 2105班. Where a name begins (`names`) no word like 班费 or 班子 does."""
    for word in _class_word.finditer(text):
        at, end = word.span()
        if at + 1 not in names and _NOT_A_CLASS.match(text, at):
            continue
        if found := _class_before.search(text, max(0, at - 12), end):
            track = _track.search(text, max(0, found.start() - 16), found.start())
            grade = _grade_behind.match(text, end)
            yield (track.start() if track else found.start()), grade.end() if grade else end


_class_word = re.compile("班|中队")
_grade_behind = re.compile(r"\((?:[一二三四五六七八九]年级|[初高][一二三]|[大中小]班)\)")
"""五班（五年级）."""


_grade = re.compile(
    rf"(?:小学|初中|高中)?{_GRADE}年级(?!组|主任|长)|[初高][一二三](?!的|要|就|了|毕业|家长|学生)|(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{{2}}班"
)


def grades(text: str) -> Iterator[tuple[int, int]]:
    """Where only a grade or a class with a pet name is spoken of: 六年级, 苗苗班. Alone it says little."""
    for found in _grade.finditer(text):
        yield found.span()


_PARENT = (
    r"(?:[他她]?(?:爸爸|妈妈|麻麻|粑粑|马麻|爸比|妈咪|爹地|阿[爸妈]|爸|妈|爹|娘|奶奶|爷爷|外婆|姥姥)|[他她](?:哥|姐|弟|妹|舅|姨|姑|叔|伯|婶)|媽媽|媽咪|妈咪|爺爺|家長|老爸|老妈|姐姐|哥哥|大姨|小姨|干妈|干爸|舅妈|婶婶|伯伯|姨父|姑父|媽(?!媽)|阿[爸妈爷婆]|[幺老大][爸妈](?!妈)|家长(?![会群们委代和都一开各提反要很心普自也在联受捐])|爸爸|妈妈|爸妈|爸|妈(?!妈)|父亲|母亲|爷爷|奶奶|爷|奶|外公|外婆|姥姥|姥爷|监护人|姑姑|麻麻|粑粑|马麻|爸比|妈咪|爹地|"
    r"舅舅|姨妈|叔叔|姑妈|姨|舅|叔|姑|爹|娘(?!娘))(?!们)"
)
_CHILD = rf"(?:(?P<same>[\u4e00-\u9fff])(?P=same)|小[\u4e00-\u9fff]|[\u4e00-\u9fff]{{1,2}}[宝仔妹崽]|小[\u4e00-\u9fff]{{2}}|{SURNAME}[\u4e00-\u9fff]{{1,2}}?|[\u4e00-\u9fff]{{2}}|(?<![,，])[\u4e00-\u9fff]{{3}}|[A-Z][a-z]{{2,9}})"
_BETWEEN = r"\)?[ ,，\-—_·:|/]{0,2}(?:\([^()\n]{1,5}班\))?(?:的|学生|同学|孩子|转学生|转校生|插班生|那[个位]|一?[个名位])?[ ]?"
_child_and_parent = re.compile(
    rf"{_BETWEEN}(?!学生|我们|全体|所有|部分|很多|不少|几个|其他|有的|孩子|的|爸爸|妈妈){_CHILD}(?:同学|小朋友)?[ ]?[的嘅]?{_PARENT}"
)
_child_alone = re.compile(
    r"\)?[ ]?(?:的)?[ ]?(?:(?P<same>[\u4e00-\u9fff])(?P=same)(?!的|地)|小(?![学组班孩朋区时])[\u4e00-\u9fff](?![\u4e00-\u9fff]?(?:学|班))|"
    r"(?![一二三四五六七八九十几两多全这那有每]|所有|全体|其他|部分|女|男|学生|全班)[\u4e00-\u9fff]{2,3}?(?:同学(?!们)|小朋友(?!们)))"
)
_kin_behind = re.compile(rf"老师|[的嘅]?{_PARENT}|家(?![长長里人乡庭校])")
_NOT_A_CHILD = re.compile(
    r"天天|常常|人人|个个|家家|处处|刚刚|偏偏|渐渐|往往|年年|月月|仅仅|明明|白白|慢慢|好好|多多|谢谢|老师|叔叔|爸爸|妈妈|爷爷|奶奶|哥哥|姐姐|弟弟|妹妹|常常|统统|娃娃|小心|小时|小说|小事|小测|小考|小朋"
)
_parent_of_class = re.compile(rf"的?(?:一[名位个])?(?:学生)?的?{_PARENT}")
_one_parent = re.compile(
    rf"(?:(?:(?:学生|孩子)的?|的)?(?:爸爸|妈妈|爸|妈(?!妈)|奶奶|爷爷|外婆|外公)|家长代表(?!们|都|会|大会|团|参|名单)|(?:的|学生|学生的|一[名位个]|的一[名位个])?家长(?={SURNAME}|[ ]?[:：,，。]|$|一[名枚位个]|真心|敬上|想|问|来[问说反投]|留言|提个|在此|代问|弱弱)(?:一[名枚位])?)(?!们|都|和|也|群|会)"
)
_MYSELF = re.compile(r"(?:我|本人|作为|俺|咱)[^，。；！？\n]{0,14}$")
_MY_CHILD_IN = re.compile(
    r"(?:女儿|儿子|孙子|孙女|外孙女?|侄[子女]|外甥女?|弟弟|妹妹)(?:今年|现在|如今)?(?:就读)?[在读念是上于]{1,2}$|"
    r"(?:孩子|娃儿?|儿子|女儿|闺女|孙[子女]|外孙女?|侄[子女]|弟弟|妹妹)[，,]?(?:大名|小名|名字)?叫[^，。；！？\n]{2,5}[，,](?:今年|现在)?[在是读上念]{0,2}$|"
    r"(?:(?:我|俺|咱)们?家的?(?:老[大二三幺]|大的|小的|孩子|娃|女儿|儿子)[，,]?|(?:小女|小儿|犬子|爱女|爱子)|家有[^，。；！？\n]{0,3}娃|(?<![\u4e00-\u9fff])(?:孩子|小孩|娃|儿子|女儿))(?:今年|现在)?(?:就读于?|[在读上念是])?$|"
    r"(?:我|俺|咱|家)[们]?(?:家|的)?(?:[大小老][大二]?|两个)?(?:孩子|小孩|儿子|女儿|娃娃|娃|崽|姑娘|丫头|闺女|孙子|孙女|外孙|侄子|侄女|弟弟|妹妹|伢子|妹子|仔|外甥女?|女子)"
    r"[^，。；！？\n]{0,16}$"
)


_pet_class = re.compile(
    r"(?:托班|幼儿园)?(?P<pet>(?![两几每各这那一])[\u4e00-\u9fff]{2,3}(?:[大中小][一二三四]?)?)(?=班)(?<!我们)(?<!他们)(?<!你们)(?<!咱们)(?<!隔壁)(?<!别的)(?<!个)(?<!兴趣)(?<!托管)(?<!培训)(?<!实验)(?<!重点)(?<!补习)(?<![上下晚早值加轮全同每这那哪])班"
)
_FULL_PARENT = r"(?:爸爸|妈妈|麻麻|粑粑|妈咪|奶奶|爷爷|外婆|姥姥|外公|姥爷|家长)(?![们会群都])"
_pet_child = re.compile(
    rf"(?:的)?(?!学生|孩子|小朋友|全体|所有|部分|很多|几[个位]|我们|有的)(?:小?[\u4e00-\u9fff]{{1,2}}|{SURNAME}[\u4e00-\u9fff]{{1,2}})(?:同学|小朋友)?的?{_FULL_PARENT}"
)
_post_in_class = re.compile(
    r"[ ]?的?(?:(?:[男女]生)?(?:宿舍|寝室|室)长|(?:学校)?[篮足排乒]球队(?:队长|的(?=[，。]))|家委会?(?:会长|主任)|[\u4e00-\u9fff]{1,3}?[科课]代表|(?:副|值日)?班[长長]|[大中小]队[长長]|团支书|[\u4e00-\u9fff]{2}委员|学委|体委|宣委|辅导员|生活老师|保育员|副班主任)(?:[的嘅]?(?:家长|[他她]?(?:妈妈|爸爸|奶奶|爷爷|姥姥|姥爷|外婆|外公|妈|爸|爹|娘)))?"
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
    r"|[ \-—_·|/]{1,2}[爸妈爷奶](?![\u4e00-\u9fff])|的?[他她]?[爸妈爹娘](?=[^\u4e00-\u9fffA-Za-z0-9]|$|来|问|说|想|反))"
)
"""Any pet name before a whole word for a parent: 果丹皮妈妈, -丁当-爷."""
_some_pupil = re.compile(
    r"的?(?:[^，。；！？,;!?\n]{0,10}?的)?(?:[一那这][个名位]|某)[^，。；！？,;!?\n]{0,8}?(?:[男女](?:生|孩|同学|学生)|小[姑伙][娘子]|学生|同学|孩子|娃)(?!都|也|们)(?:的?(?:妈妈|爸爸|家长|奶奶|爷爷|[爸妈]))?"
    r"|的?[一那这][个位][^，。；！？,;!?\n]{1,9}的(?:[爸妈]|(?=[，。；！？,;!?\n]|$))|[ ]?(?:宿舍|寝室)[0-9]{3}(?:[ ]?[^，。；！？,;!?\n]{0,4}[上下]铺)?"
    r"|的?[^，。；！？,;!?\n的]{1,5}的那[个名位](?:[男女][生孩]|同学|学生)?"
    r"|的?(?:坐|靠|倒数|正数|最后|住|戴|剃|穿|说话|值日|走读|复读|休学|转学)[^，。；！？,;!?\n]{0,12}?(?:那[个名位]?(?:[男女][生孩]|娃|孩子)?|[男女][生孩]|娃|孩子|小鬼|插班生)(?![们都也])"
    r"|的(?:俩|[两三]个|那[两对个])[^，。；！？,;!?\n]{0,4}?(?:[男女]生|[男女]孩|娃|小鬼|双胞胎|龙凤胎)"
    r"|那对[双龙][\u4e00-\u9fff]{2}的?(?:爸爸|妈妈|[爸妈])?|[，,]我[们]?家那个[^，。；！？,;!?\n]{1,10}(?=[，。；！？,;!?\n]|$)"
    r"|[他她的]?(?:[语数英物化政史地生体音美科]|信息|心理|劳动|配班|带班|副班|任课)[\u4e00-\u9fff]{0,2}老师(?![们都和、要让])|的?大队委|[0-9]{1,2}号的?(?:家长|学生|同学)"
    r"|全体(?:家长|妈妈|爸爸|学生|同学)(?:代表|之一)"
)
_homeroom = re.compile(
    r"的?班主任(?![们都和与及跟、费制群岗会]|津贴|工作|补贴|待遇|信箱|办公|例会|考核|轮)"
)
_child_named_next = re.compile(
    r"[，,](?:我家?)?(?:孩子|小孩|娃|儿子|女儿|学生)(?:名字)?[叫姓是](?!不|没|很|个|被|给)"
)
_own_child = re.compile(
    r"[ ,，]?(?:的)?(?:我|俺|咱|我们|俺们)(?:家|屋里)?(?:的|那个?)?[大小老]?[大二三]?(?:孩子|小孩|娃儿?|儿子?|崽|女儿|女子|闺女|姑娘|丫头|妹子|伢子|孙子|孙女儿?|外孙女?|侄[子女]|侄儿|外甥女?|弟弟|妹妹)(?![们都])"
)
"""七年级4班我家闺女."""
_child_of_family = re.compile(
    rf"的?(?:{SURNAME}|老{SURNAME})家(?:的|那)?[大小老]?[大二三]?(?:孩子|娃|儿子|女儿|闺女|姑娘|丫头|孙子|孙女|双胞胎|龙凤胎|兄弟|姐妹|姐弟|兄妹)"
)
_official_child = re.compile(
    rf"的?(?:{SURNAME}(?:[\u4e00-\u9fff]{{0,2}})|年级|教导|德育|总务|教务|政教|后勤)(?:校长|主任|书记|老师|局长|科长|老板|师傅|总)的?(?:家的?)?(?:儿子|女儿|孩子|闺女|侄[子女]|外甥女?|孙[子女]|亲戚)"
)
_quoted_child = re.compile(
    r"的?[“\"「『‘'](?P<own>[^”\"」』’'\n，。！？]{1,6})[”\"」』’'](?:同学|小朋友)?"
)
"""三年级八班的“小米粒”: a nickname of one of them."""
_NOT_QUOTED = re.compile(
    r"[奖旗章课班费群会栏]$|^(?:文明|优秀|先进|示范|最美|流动|实验|重点|快|慢|尖子|火箭|问题|后进|差)"
)
_that_pupil = re.compile(
    r"的?(?:第[一二三四五六七八九十0-9]{1,2}[组排])?[^，。；！？,;!?\n的]{0,6}?(?:[一那][个名位]|有[个名位]|一(?=[男女]))[^，。；！？,;!?\n的]{0,4}?"
    r"(?:[男女](?:生|孩子?|娃|同学|学生)|插班生|转[学校]生|复读生|走读生|住校生|班[长長]|[\u4e00-\u9fff]{0,2}(?:委员|课代表)|小个子|胖子|同学|学生|娃)(?![们都])(?:[的嘅]?(?:家长|[他她]?(?:妈妈?|爸爸?|奶奶|爷爷)))?"
)
"""二（8）班最矮那个男娃, 六（3）班那个插班生."""
_hers = re.compile(r"[她他](?:现在|今年|如今)?(?:是|在|读|上|念|就读于){0,2}$")
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


_short_class = re.compile(
    rf"(?<![0-9A-Za-z\u4e00-\u9fff.\-])[初高]?[一二三四五六七八九]\(?[0-9]{{1,2}}\)?(?!年|月|日|号|点|时|分|个|名|人|岁|元|块|天|班)(?:{SURNAME}[\u4e00-\u9fff]{{1,2}}|(?P<same>{_WORD})(?P=same)|(?:{_WORD}){{2}})(?:同学|小朋友)?的?{_FULL_PARENT}"
)
"""四6史可欣家长: the word 班 left out."""
_of_short_class = re.compile(r"[一二三四五六七八九]\(?[0-9]")
_COUNT_IN_PINYIN = r"(?:yi|er|san|si|wu|liu|qi|ba|jiu|shi|[0-9]{1,2})"
_pinyin_class = re.compile(
    rf"(?<![A-Za-z])(?:(?:chu|gao) ?)?{_COUNT_IN_PINYIN} ?(?:nian ?(?:ji)? ?)?(?:{_COUNT_IN_PINYIN} ?){{0,2}}ban ?(?:de ?)?(?:[a-z]{{2,6}} ){{0,2}}?(?:jia ?zhang|[mb]a ?[mb]a|nai ?nai|ye ?ye)(?![A-Za-z])",
    re.IGNORECASE,
)


_JOINS = " -—_·+"


def class_identities(text: str) -> Found:
    """A class with the child, the parent or the post that belongs to it."""
    joined = any(mark in text for mark in _JOINS)
    for found in _signature.finditer(text) if joined else ():
        yield Candidate(*found.span(), "class_identity", 3)
    for found in _short_class.finditer(text) if _of_short_class.search(text) else ():
        yield Candidate(*found.span(), "class_identity", 2)
    for found in _pinyin_class.finditer(text) if "ban" in text or "BAN" in text else ():
        yield Candidate(*found.span(), "class_identity", 1)
    for found in _pet_class.finditer(text) if "班" in text else ():
        school = _school.search(text, max(0, found.start() - 10), found.start())
        start, end = found.span()
        alone = start == 0 or not "\u4e00" <= text[start - 1] <= "\u9fff"
        if child := _of_a_pet_class(text, end) if alone or school else None:
            yield _of_school(text, start, child.end(), 2)
    for start, end in _known_pet_classes(text):
        mine = _MINE.search(text, max(0, start - 4), start)
        if child := (mine and _of_mine.match(text, end)) or _of_a_pet_class(text, end):
            yield _of_school(text, start, child.end(), 2)
    for start, end in grades(text) if any(char in text for char in "级初高班") else ():
        if child := _grade_child.match(text, end):
            yield _of_school(text, start, child.end(), 1)
    for start, end in classes(text) if _class_word.search(text) else ():
        if who := _who(text, start, end):
            yield _of_school(text, start, *who)


_pet_before = re.compile(rf"{_PET}(?:[大中小一二三四五六0-9]|[大中小][一二三四])?$")
_of_a_pet = re.compile(
    "[^0-9)一二三四五六七八九十这那每各全个两几]班(?![车费])|(?<=[\u4e00-\u9fff])[一二三四五六0-9]班(?![车费])"
)


def _known_pet_classes(text: str) -> Iterator[tuple[int, int]]:
    for word in _of_a_pet.finditer(text):
        at = word.end() - 1
        if found := _pet_before.search(text, max(0, at - 6), at):
            yield found.start(), at + 1


_MINE = re.compile("(?:我|俺|咱)们?家的?$")
_of_mine = re.compile(rf"的(?:{_WORD}){{2}}(?=[^\u4e00-\u9fff]|$|[坐哭说在被回天上昨今这])")
"""我家苹果班的柚子."""


def _of_a_pet_class(text: str, end: int) -> re.Match[str] | None:
    for shape in (_own_child, _child_of_family, _pet_child, _loose_child):
        if found := shape.match(text, end):
            return found
    return None


def _of_school(text: str, start: int, end: int, strength: int) -> Candidate:
    return Candidate(with_school(text, start), end, "class_identity", strength)


def with_school(text: str, start: int) -> int:
    """Where the school begins that is named right before a class, or the class itself."""
    school = _school.search(text, max(0, start - 10), start + _part_of_a_school(text, start))
    return school.start() if school else start


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
    for shape in (_own_child, _child_of_family, _official_child, _loose_child, _post_in_class):
        if found := shape.match(text, end):
            return found.end(), 1
    quoted = _quoted_child.match(text, end)
    if quoted and long and not _NOT_QUOTED.search(quoted["own"]):
        kin = _kin_behind.match(text, quoted.end())
        return kin.end() if kin else quoted.end(), 1
    for shape in (_that_pupil, _some_pupil, _homeroom) if long else ():
        if found := shape.match(text, end):
            return found.end(), 1
    if (found := _self_in_class.match(text, end)) and _I_AM.search(
        text, max(0, start - 14), start
    ):
        return found.end(), 1
    if long and (found := _one_parent.match(text, end)):
        return found.end(), 1
    if long and (
        _child_named_next.match(text, end)
        or _MY_CHILD_IN.search(text, max(0, start - 30), start)
        or (_hers.search(text, max(0, start - 8), start) and _ends_here.match(text, end))
    ):
        return end, 1
    if _MYSELF.search(text, max(0, start - 20), start):
        found = _parent_of_class.match(text, end)
        return (found.end(), 1) if found else None
    return None
