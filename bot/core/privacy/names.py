"""Names of people: what the rules see, what the readers see, and what of it is really a name.

Candidates come from three places: words that introduce a name (我叫, 班主任, 收款人), titles behind one (X老师, X同学),
and the two neural readers. A filter then asks what speaks against each: no family name, an everyday word, a figure
of history, a street or a school that bears the name. What stays is looked for again in the whole text.

A title alone names a person inside one school: 王老师 keeps its title and loses its family name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from operator import eq
from typing import TYPE_CHECKING, Literal

from bot.core.privacy.spans import Candidate
from bot.core.privacy.surnames import COMPOUND, DOUBTFUL, GIVEN, SURNAME, SURNAME_CHARACTERS

if TYPE_CHECKING:  # so that a start does not wait for numpy
    from bot.core.privacy.tagger import ReadAhead, Tagger

Found = Iterator[Candidate]


@dataclass(frozen=True, slots=True)
class Readers:
    """What finds names beyond the rules: models (the lightest last), everyday words that begin like a name, and a scale."""

    taggers: "tuple[Tagger | ReadAhead, ...]"
    words: frozenset[str]
    lexicon: Mapping[str, str]
    """Words, with what part of speech they are and how often they stand."""
    worth: Mapping[str, float]
    """What each witness (see `evidence`) says for a name, learned from written texts."""


BOOK = 20_000
"""Characters from which only the last (lightest) tagger reads: a whole file was pasted."""

TITLE = (
    r"(?:老师|老師|老湿|老斯|校长|校長|副校|校座|主任|书记|書記|园长|園長|局长|局長|科长|科長|处长|股长|组长|"
    r"院长|站长|所长|镇长|乡长|县长|市长|村长|部长|厅长|教练|医生|校医|师傅|老板|经理|总监|会计|出纳|司机|保安|门卫|教授|主席|委员|主管|干事|队长|警官|"
    r"法官|律师|阿姨|叔叔|大姐|大哥|大爷|大妈|大叔|嫂子|嫂|姐(?!妹|弟)|哥(?!哥|俩)|伯|婶|先生|女士|小姐|同学|同志|导师|老总)"
)
TITLED = re.compile(TITLE)
_SHORT_TITLE = r"(?:[校局总](?=[说说来讲从天只]|[，。]|$))"
_JOB = (
    r"(?:班主任|老师|校长|书记|主任|园长|教练|会计|保安|司机|教师|考生|学生|同学|家长|负责人|联系人|收款人|经办人|法人|中间人|户名|监护人|老板|组长|局长|科长|股长|"
    r"儿子|女儿|我儿(?![子童女])|孩子|孙子|孙女|弟弟|妹妹|哥哥|姐姐|爱人|丈夫|妻子|老公|老婆|爸爸|妈妈|父亲|母亲|爷爷|奶奶|侄子|外甥|小孩|闺女|伢子|妹子|邻居|村民|居民|党员|干部|书记员|"
    r"副校长|副书记|副园长|副局长|副主任|宿管|厨师|员工|职工|代课|特岗|名字|实名|举报人|投诉人|反映人|同事|同桌|姓名)"
)
_PARENT = r"(?:妈妈|爸爸|爸|妈|家长|奶奶|爷爷|小朋友)"
_SAYS_A_NAME = r"(?:我叫|名叫|名字叫|叫做|全名|(?<![大喊])叫|姓名|名字|本人(?!是|不|在|很|也|的|认|觉|从|已|工|就|系)|我是|我(?=[^，。；！？]{2,3}[，,])|户名)"
_INSIDE = re.compile(r"\(\?<?[!=][^()]*\)|[()?:]")


def _first(shape: str) -> set[str]:
    """With what characters the words of a shape begin; a class of characters counts whole."""
    return {
        char
        for word in _INSIDE.sub("", shape).split("|")
        if word
        for char in (word[1 : word.index("]")] if word[0] == "[" else word[0])
    }


_trigger = re.compile(
    rf"(?=[{''.join(sorted({'副'}.union(*map(_first, (_SAYS_A_NAME, TITLE, _PARENT, _SHORT_TITLE, _JOB)))))}])"
    rf"(?:(?P<says>{_SAYS_A_NAME})|(?P<both>班主任|副?{TITLE}|家长)|(?P<behind>{_PARENT}|(?P<short>{_SHORT_TITLE}))|(?P<ahead>{_JOB}))"
)
"""What looks ahead for a first character spares trying a hundred words at every place."""
_name_ahead = re.compile(rf"[是为：: （(]{{0,2}}(?P<name>(?:{SURNAME})[\u4e00-\u9fff·]{{1,3}})")
_SOMEBODY = re.compile(
    rf"姓(?P<name>{SURNAME})(?![\u4e00-\u9fff]?名|氏)(?=的|，|。|,|\.|$|,|老|校|主|一)|(?<=[个位名的])(?P<before>{SURNAME})姓(?!名|氏)"
)
_NICKNAME = re.compile(
    r"(?:(?<![大老])小|老|阿)(?P<rest>[\u4e00-\u9fff])(?=老师|校长|主任|师傅|保安|同学|，|,|。|他|说|的(?:妈|爸)|在|天天|喝|骂|打)"
)
_HIDDEN = re.compile(
    rf"(?P<name>{SURNAME})(?P<mark>某{{1,2}}(?![些个人校班日年月种天次市县镇村学一项])|[*×xX○〇]{{1,2}}(?![A-Za-z0-9*×○〇]))"
)
"""张某, 李某某, 王*, 赵xx: the writer hid the rest."""
_PART_HIDDEN = re.compile(
    rf"(?:{SURNAME})某(?P<given>[\u4e00-\u9fff])|(?<![0-9A-Za-z*×\u4e00-\u9fff])[*×][\u4e00-\u9fff]{{1,2}}(?=[，。；！？、,.;!? \n”）)]|$)"
)
"""卓某军, *国强: one character hidden, the others told."""
_HALF_HIDDEN = re.compile(
    r"(?:户名|收款(?:人|方)?(?:显示)?|转给|付款给|账户名|昵称|姓名|名字)[是叫为：: ]{0,2}(?P<name>[*×]{1,2}[\u4e00-\u9fff]{1,2}(?:[-(][A-Za-z0-9\u4e00-\u9fff]{1,12}\)?)?)(?![\u4e00-\u9fff])"
)
"""*建军, **芳: as payment pages show them."""
_SOUND_ENDS = "古丽|古力|买提|别克|夏提|卓玛|卓嘎|顿珠|次仁|多吉|旺堆|旺姆|拉姆|其其格|巴特尔|图雅|布拉克|尼亚孜|吐逊|库尔班|尔江|木江|提江|买买提江|买买提|努尔"
_sounding_end = re.compile(_SOUND_ENDS)
_SOUNDING = re.compile(
    "[乌云萨娜阿巴尔克拉娜古艾买提力依木扎西顿珠卓玛次仁旺堆达瓦格桑德吉加措尼平贡布罗杰热比娅迪帕努合亚森萨吾斯坦吐逊肉库麦哈孜万]{1,5}"
    f"(?:{_SOUND_ENDS})(?:江|汗|罕)?"
)
_TWICE = re.compile(
    r"(?P<name>([\u4e00-\u9fff])\2)(?=妈|爸|奶奶|爷爷|的妈|的爸|晚上|被|都吓|身上|的作业|的书|今年|回来|吐|哭|说|同学|小朋友|在学校|放学|也)"
)

_BREAKS = frozenset(
    "的了是在说打被把和与跟也都又不没有带教上今对给叫让收利用来去到就要会能可还只而着过等将往为及或至当很最太更再才刚已曾每各这那哪谁，。、；：！？（）() ,.:;!?\n"
    "老校主书园局科处股师姓们你我他她它个家班级年月号因所如但并从向于该此其某问找请骂踢拿喊您"
)
_NO_GIVEN_NAME = frozenset(
    "姓们你我他她它的了是在不没有这那哪些个吗呢吧啊么很都也就还只又被把让给和跟与及或师校班级课办教学"
)
_BAD_BEFORE = {
    "任": "主科责担现前历离信放班上", "文": "语作课公发", "史": "历", "时": "当平有小同及随按临到", "关": "相有无", "成": "完变形组达造", "方": "地校对各双学园官",
    "平": "水公和", "安": "保公治", "和": "", "向": "方", "于": "由关对至过等处位属在", "路": "道马公线", "车": "校坐开公班跟", "项": "事各", "常": "经非平通正日",
    "单": "简名订", "解": "了理", "应": "反适相", "全": "安", "高": "提最", "白": "明", "金": "资奖基", "管": "主", "强": "加", "项 ": "", "谢": "感谢多答",
    "包": "书", "年": "今去", "家": "", "班": "", "长": "", "觉": "睡", "钱": "管块毛元", "敬": "尊", "衣": "毛大外雨校", "勾": "不", "万": "一两几百千", "海": "上", "国": "", "花": "", "支": "", "干": "骨", "初": "", "别": "", "能": "",
    "向 ": "", "党": "入", "乐": "音", "游": "旅", "武": "", "危": "", "明": "说证", "元": "单", "周": "一二三四五每上下本这值", "费": "学经收", "钟": "分", "段": "阶学手", "毛": "",
    "计": "会设统", "席": "主", "卫": "门", "宿": "", "司": "公", "商": "协", "相": "", "丁": "园", "印": "复", "化": "", "柴": "", "温": "", "雷": "", "麻": "", "龙": "", "石": "",
    "师": "老", "母": "家父", "农": "", "古": "", "候": "时", "训": "", "理": "", "都": "", "部": "", "华": "", "都 ": "", "程": "课编工", "章": "文", "林": "", "景": "", "田": "", "孙": "子",
    "水": "", "容": "内", "过": "", "查": "检调抽督", "来": "", "从": "", "但": "", "而": "", "那": "", "双": "", "满": "不", "富": "", "公": "办", "原": "", "位": "单学各", "区": "校",
}  # fmt: skip
FAMOUS = frozenset(
    "张三 李四 王五 赵六 王二麻子 张思德 孔融 颜回 孙少平 孙少安 孙燕姿 田汉 聂耳 三毛 牛郎 织女 孔子 孔乙己 孟子 老子 庄子 荀子 墨子 韩非子 孙子 鲁迅 雷锋 焦裕禄 张桂梅 于漪 陶行知 叶圣陶 王羲之 范仲淹 陶渊明 李白 杜甫 白居易 苏轼 苏东坡 李清照 辛弃疾 陆游 "  # noqa: SIM905 - reads as words
    "孟浩然 王安石 欧阳修 柳宗元 韩愈 屈原 司马迁 司马光 诸葛亮 曹操 刘备 关羽 张飞 孙悟空 猪八戒 唐僧 林黛玉 贾宝玉 宋江 武松 岳飞 文天祥 戚继光 郑成功 林则徐 秦始皇 汉武帝 "
    "唐太宗 武则天 成吉思汗 朱元璋 康熙 乾隆 孙中山 毛泽东 毛主席 周恩来 周总理 朱德 刘少奇 邓小平 江泽民 胡锦涛 习近平 李克强 温家宝 朱镕基 彭德怀 贺龙 陈毅 任弼时 叶剑英 "
    "黄继光 董存瑞 邱少云 刘胡兰 王进喜 孔繁森 钱学森 邓稼先 袁隆平 屠呦呦 华罗庚 陈景润 李四光 竺可桢 蔡元培 胡适 梁启超 梁漱溟 晏阳初 徐特立 杨昌济 魏书生 李镇西 朱永新 "
    "钟南山 李兰娟 马云 马化腾 任正非 雷军 刘翔 姚明 李宁 郎平 周杰伦 成龙 李小龙 易中天 于丹 余秋雨 莫言 余华 金庸 琼瑶 冰心 巴金 老舍 茅盾 曹禺 郭沫若 朱自清 徐志摩 闻一多 "
    "沈从文 丰子恺 许地山 史铁生 季羡林 钱钟书 杨绛 张海迪 郭明义 黄大年 南仁东 于敏 黄文秀 牛顿 爱迪生 爱因斯坦 居里夫人 马克思 恩格斯 列宁 斯大林 高尔基 安徒生 贝多芬 莫扎特 "
    "达芬奇 毕加索 苏霍姆林斯基 杜威 夸美纽斯 裴斯泰洛齐 蒙台梭利 王阳明 朱熹 曾国藩 左宗棠 李鸿章 康有为 谭嗣同 秋瑾 黄兴 蔡锷 宋教仁 徐霞客 李时珍 华佗 扁鹊 张仲景 祖冲之 "
    "张衡 蔡伦 毕昇 沈括 郭守敬 鲁班 花木兰 穆桂英 包拯 包青天 海瑞 况钟 于谦 狄仁杰 魏征 商鞅 廉颇 蔺相如 项羽 刘邦 韩信 萧何 张良 吕布 赵云 周瑜 司马懿 祥林嫂 闰土 阿Q "
    "阿长 藤野 范进 葛朗台 周扒皮 黄世仁 白毛女 江姐 许云峰 小萝卜头 王二小 张嘎 嘎子 小英雄雨来 潘冬子 陆羽 黄道婆 白求恩 斯诺 特朗普 普京 拜登 奥巴马 温斯顿 曾祖父 曾祖母 "
    "席梦思 诺顿 唐老鸭 米老鼠 孔夫子 南怀瑾 胡兰成 张爱玲 诺贝尔 林语堂 梁实秋 钱穆 陈寅恪 王国维 胡雪岩 曹雪芹 吴承恩 罗贯中 施耐庵 蒲松龄 关汉卿 汤显祖 王实甫 马致远 纳兰性德 李商隐 杜牧 贾岛 王昌龄 王之涣 岑参 "
    "骆宾王 刘禹锡 王维 元稹 贺知章 孟郊 柳永 秦观 黄庭坚 杨万里 范成大 龚自珍 郑板桥 吴敬梓 鲁智深 李逵 潘金莲 薛宝钗 王熙凤 刘姥姥 沙僧 沙和尚 牛魔王 铁扇公主 哪吒 嫦娥 女娲 盘古 大禹 蚩尤 周文王 周武王 姜子牙 管仲 "
    "孙膑 白起 蒙恬 陈胜 吴广 张骞 卫青 霍去病 班超 王莽 刘秀 董卓 貂蝉 孙权 孔明 庞统 姜维 马谡 黄忠 隋炀帝 李世民 魏征 杨贵妃 安禄山 赵匡胤 寇准 王安石 秦桧 忽必烈 朱棣 郑和 努尔哈赤 吴三桂 和珅 慈禧 "
    "光绪 溥仪 袁世凯 蔡锷 冯玉祥 张学良 杨靖宇 赵一曼 张自忠 左权 方志敏 瞿秋白 李大钊 陈独秀 向警予 杨开慧 刘伯承 罗荣桓 徐向前 聂荣臻 粟裕 宋庆龄 乔石 李瑞环 尉健行 李岚清 吴邦国 贾庆林 曾庆红 张德江 俞正声 王岐山 "
    "栗战书 赵乐际 蔡奇 丁薛祥 韩正 刘延东 杨洁篪 陈宝生 怀进鹏 克林顿 布什 小布什 默克尔 马克龙 泽连斯基 安倍 丘吉尔 拿破仑 林肯 华盛顿 罗斯福 希特勒 丁肇中 杨振宁 李政道 吴健雄 茅以升 詹天佑 钱三强 王淦昌 于敏 "
    "孙家栋 叶培建 吴孟超 谢希德 王亚平 杨利伟 翟志刚 聂海胜 景海鹏 苏炳添 林丹 张继科 全红婵 谷爱凌 郎平 王治郅 易建联 邓亚萍 许海峰 马斯克 乔布斯 比尔盖茨 李嘉诚 董明珠 曹德旺 俞敏洪 张雪峰 李子柒 董宇辉 "
    "刘德华 张学友 周星驰 成龙 李连杰 甄子丹 沈腾 赵本山 郭德纲 岳云鹏 蔡徐坤 王一博 易烊千玺 王俊凯 邓丽君 那英 李谷一 陈凯歌 张艺谋 冯小刚 哈利波特 柯南 葫芦娃 奥特曼 佩奇 熊大 熊二 光头强 喜羊羊 灰太狼 海绵宝宝 "
    "上官婉儿 东方朔 慕容复 荀彧 张晓风 刘兰芝 石敢当 查良镛 秦九韶 杨辉 鲁肃 张三丰 蒙娜丽莎 奥尔夫 铁拐李 吕洞宾 何仙姑 王重阳 郭靖 黄蓉 杨过 小龙女 令狐冲 张无忌 韦小宝 段誉 "
    "荆轲 秦王 秦武王 秦舞阳 高渐离 樊於期 聂政 专诸 豫让 毛遂 苏秦 张仪 吕不韦 李斯 赵高 胡亥 扶苏 虞姬 范增 萧统 晁错 贾谊 主父偃 卫子夫 苏武 司马相如 卓文君 王昭君 霍光 扬雄 班固 班昭 马援 蔡邕 蔡文姬 祢衡 孔子曰 "
    "曹丕 曹植 曹冲 杨修 许褚 典韦 夏侯惇 甘宁 黄盖 太史公 陆逊 吕蒙 阿斗 刘禅 邓艾 钟会 嵇康 阮籍 左思 陆机 祖逖 刘琨 谢道韫 王献之 顾恺之 郦道元 贾思勰 谢灵运 鲍照 庾信 宗悫 花木兰 李渊 魏徵 房玄龄 杜如晦 尉迟恭 秦琼 "
    "程咬金 薛仁贵 玄奘 唐三藏 鉴真 陈子昂 杨炯 卢照邻 张若虚 王勃 韦应物 张志和 刘长卿 司空曙 卢纶 李贺 温庭筠 罗隐 李煜 李后主 颜真卿 柳公权 吴道子 怀素 毕升 杨业 佘太君 杨六郎 杨宗保 包公 狄青 晏殊 欧阳询 曾巩 苏洵 苏辙 周敦颐 "
    "米芾 宋徽宗 张择端 陆九渊 文同 辛弃疾 姜夔 吴文英 唐伯虎 唐寅 文徵明 徐渭 宋濂 方孝孺 于谦 王守仁 张居正 海瑞 戚继光 袁崇焕 李自成 史可法 郑和 宋应星 顾炎武 黄宗羲 王夫之 纪晓岚 刘墉 林黛玉 匡超人 "
    "孔融 司马光 曹冲 孙康 车胤 匡衡 江淹 江郎 叶公 愚公 智叟 夸父 后羿 精卫 仓颉 神农 伏羲 黄帝 炎帝 共工 刑天 比干 妲己 伯牙 钟子期 俞伯牙 师旷 弈秋 纪昌 庖丁 扁鹊 蔡桓公 西门豹 晏子 邹忌 触龙 唐雎 烛之武 曹刿 勾践 夫差 伍子胥 范蠡 西施 东施 "
    "高俅 鲁提辖 吴用 李鬼 宋公明 时迁 燕青 花荣 石秀 孙二娘 晁盖 阮小二 白骨精 红孩儿 牛魔王 猪刚鬣 沙悟净 二郎神 托塔李天王 贾政 史湘云 袭人 焦大 尤二姐 范进 严监生 胡屠户 "
    "闰土 祥林嫂 孔乙己 阿Q 华老栓 夏瑜 杨二嫂 骆驼祥子 刘四爷 曹先生 小福子 傩送 觉新 觉慧 周朴园 鲁侍萍 繁漪 方鸿渐 赵辛楣 孙柔嘉 王利发 常四爷 朱老忠 江玉郎 杨子荣 少剑波 座山雕 许云峰 江姐 双枪老太婆 "
    "保尔 保尔柯察金 于勒 菲利普 别里科夫 奥楚蔑洛夫 桑提亚哥 夏洛 威尔伯 格列佛 鲁滨逊 简爱 罗切斯特 汤姆索亚 哈克 尼摩 福克 海伦凯勒 匹诺曹 皮诺曹 小王子 鲁宾孙 安妮弗兰克 卡西莫多 冉阿让 葛朗台 哈姆雷特 罗密欧 朱丽叶 堂吉诃德 "
    "达尔文 哥白尼 伽利略 阿基米德 欧几里得 毕达哥拉斯 欧拉 笛卡尔 莱布尼茨 法拉第 安培 欧姆 焦耳 瓦特 帕斯卡 伏特 赫兹 开普勒 霍金 门捷列夫 拉瓦锡 道尔顿 诺贝尔 孟德尔 巴甫洛夫 弗洛伊德 皮亚杰 维果茨基 布鲁纳 加德纳 马斯洛 卢梭 康德 黑格尔 尼采 苏格拉底 柏拉图 亚里士多德 "
    "雨果 巴尔扎克 莫泊桑 托尔斯泰 契诃夫 屠格涅夫 果戈里 普希金 泰戈尔 海明威 马克吐温 欧亨利 狄更斯 莎士比亚 歌德 席勒 安徒生 格林 伊索 凡尔纳 法布尔 肖邦 巴赫 舒伯特 柴可夫斯基 梵高 莫奈 罗丹 "
    "吴文俊 谷超豪 于敏 程开甲 朱光亚 郭永怀 彭桓武 王大珩 陈芳允 赵九章 任新民 师昌绪 吴良镛 黄旭华 张富清 申纪兰 李延年 王继才 王有德 廖俊波 杜富国 杨善洲 谷文昌 麦贤得 欧阳海 罗盛教 杨根思 孙占元 狼牙山五壮士 赖宁 草原英雄小姐妹 张丽莉 谭千秋 李保国 林俊德 朱彦夫 钟扬 秦玥飞 "
    "老舍 冰心 艾青 臧克家 戴望舒 卞之琳 何其芳 北岛 顾城 舒婷 余光中 席慕蓉 三毛 汪曾祺 贾平凹 陈忠实 刘心武 梁晓声 毕淑敏 龙应台 曹文轩 郑渊洁 杨红樱 沈石溪 叶君健 孙幼军 任溶溶 "
    "懒羊羊 美羊羊 沸羊羊 大头儿子 小头爸爸 黑猫警长 孙小圣 猪小弟 樱桃小丸子 蜡笔小新 哆啦A梦 大雄 静香 胖虎 名侦探柯南 毛利小五郎 路飞 鸣人 佐助 艾莎 汪汪队 小猪佩奇 佩琪 宝莲灯 沉香 敖丙 李靖 申公豹 太乙真人 "
    "王朝霞 王后雄 薛金星 曲一线 孙敬修 李吉林 斯霞 霍懋征 窦桂梅 王崧舟 吴正宪 于永正 支月英 张玉滚 吴蓉瑾 双胞胎 王者荣耀 王老吉 李雷 韩梅梅 周公 关公 包公 白雪公主 双亲".split()
)
ANYBODY = frozenset(
    "全体 全班 全校 全家 全组 全员 所有 大家 双胞胎 龙凤胎 三胞胎 班主任 家长们 同学们 老师们 孩子们 阿仔 阿女 细路 细佬 "  # noqa: SIM905 - reads as words
    "康师傅 麦当劳 旺仔 老干妈 周黑鸭 李锦记 王守义 张小泉 王麻子 周大福 周大生 周六福 谢瑞麟 胡庆余堂 徐福记 沈大成 杨国福 鲍师傅 马应龙 华莱士 达利园 王致和 冯了性 金龙鱼 陈克明 白象 安踏 李维斯 马克华菲 何裕人 许留山 老乡鸡 百雀羚".split()
)
"""Words that mean everybody or any child, and makers' names that look like people's."""
NO_NAME = frozenset(
    "毛豆 皮蛋 花椒 花卷 龙眼 焦糖 田螺 康复 时运 艾叶 麦片 柳叶 江心 廉洁 马兰 马兰花 江米 江米皮 江米条 卫健 文旅 宣教 安监 应急 城管 市监 交运 人社 民政 住建 发改 教体 榜一 牛马 马月 牛年 白芷 白术 白芍 柴胡 何首乌 黄芪 苏叶 桂圆 胡椒 胡豆 花菜 花甲 毛肚 毛血旺 牛腩 牛杂 "  # noqa: SIM905 - reads as words
    "牛蛙 皮冻 皮猴 文蛤 云吞 云片糕 夏威夷 武昌鱼 杨枝甘露 米里 米香 汤泡饭 黄葛树 田字格 白大褂 常年 顺顺当当 老朽 石锅 石锅鱼 杜仲 艾草 艾灸 苏州 莫吉托 麦芽糖 温开水 沙拉 沙琪玛 毛线 马甲 马扎 马尾辫 敬上 "
    "左撇子 岳父 岳母 黄谣 矫情 齐刘海 白送 鲁班锁 红双喜 夏商周 车祸 木匠 孔子曰 公道 苗子 夏裤 周转房 宿管 纪检 鞠躬 承包 施工 普通 承认 迟到 毕业 黑板 随车 特长生 尖子生 伢儿 娃儿 孙儿 囡囡 仔女 里子 昨儿 "
    "今儿 卡里 体育 谁谁 她她 他他 哇哇 熊猫眼 打工娃 城里娃 山里娃 幼儿园 民转公 勾满分 鞠一躬 晚托 早托 冬青 红布 窨井盖 罗汉松 初中语文 田埂上 小苏打 二宝 大宝 三宝 佢哋 啱啱 里头 小胖子 老钱 张部门 李部门 "
    "王部门 孙女 老嘶 老斯 老湿 老施 小舅 小舅子 大舅子 小姨 小姨子 小叔 小叔子 小姑 小姑子 武术 书法 舞蹈 乐理 江景 居委会 居委 门童 仇家 金贵 别人 小费 小包 小巴 小鱼 小宰 程序 古筝 管乐 华语 万人 武汉 温州 "
    "常州 常委 双方 单身 官员 申请 全国 班主任 老师 任课 任何 和谐 和平 向上 向前 周末 周一 周二 周三 周四 周五 周六 周日 周考 周测 双减 高考 高中 高级 高年级 高三 高二 高一 初中 初一 初二 初三 初级 初心 "
    "安全 安排 安静 管理 管教 成绩 成长 成人 成功率 时候 时间 时段 方面 方法 方便 方案 何必 何时 何况 何在 简单 简直 应该 应当 应付 关心 关于 关系 关注 相关 相信 相互 费用 党员 党委 党支部 通知 全部 全体 "
    "全校 全班 全县 全市 全镇 元旦 明显 明明 明年 明确 常常 常态 常规 平时 平均 平台 平安 强制 强烈 强迫 强调 支持 支部 支教 支付 车费 车上 车辆 花钱 花费 花园 花样 白天 白白 白干 金额 石头 毛病 水平 水电 "
    "温度 温馨 温柔 麻烦 古诗 古板 司机 师德 师傅 师资 师生 师范 师父 农村 农民 农民工 双休 双职工 双语 单位 单独 单亲 单纯 单元 干部 干净 干活 干脆 干事 海报 国家 国庆 国旗 国培 国学 来回 来自 从来 从不 "
    "从事 从小 那些 那种 那么 都是 都有 过分 过程 过年 过期 过去 盖章 能力 原因 原来 位置 区里 区域 项目 于是 但是 而且 文件 文化 文具 文明 向我们 向学校 危险 危房 危机 段时间 段位 华侨 景区 程度 章程 印章 "
    "印刷 应试 钱款 家长 家教 家庭 乐观 乐园 乐器 房子 房租 房间 房产 校长 宿舍 包括 包班 包庇 包装 包车 熊孩子 牛奶 马上 马路 马虎 龙头 路上 路费 路口 路边 路灯 解决 解释 解答 游戏 游泳 游玩 雷同 雷声 冷水 "
    "冷饭 冷漠 谈话 谈心 计划 计算 计较 满意 满分 满足 景象 燕窝 林业 江湖 万一 万元 万分 万般 余下 余额 年年 年级 年轻 连续 连夜 连累 商量 商家 商店 利用 利益 查处 查看 查询 查到 查寝 训斥 训练 谢谢 谢师宴 "
    "和尚 和睦 宣传 宣布 信任 信息 信访 信箱 阴阳 阳光 厉害 富裕 暴力 卫生 卫生间 卫生纸 班费 班里 班级 班上 班车 班干部 储存 经费 经常 经历 习惯 束缚 益处 易怒 容易 容忍 能否 曲线 卓越 闻到 闫 党课 幸好 "
    "幸福 幸亏 巧立 空调 空间 荣誉 官僚 官腔 官司 席位 席地 汤里 汤水 汤面 米饭 饭菜 菜里 蒙混 蒙骗 鱼肉 贝壳 甘心 广播 广场 广告 广大 步行 步骤 步子 池塘 时光 小朋友 小学 小班 小孩 小组 小区 小时 小卖部 "
    "小金库 小车 小心 老人 老家 老板 老公 老婆 老是 老大 老样 老百 老实 老乡 老天 老年 老生 老化 老早 老教 老一 老旧 老远 阿姨 小伙 小的 老的 小事 小说 小数 小测 小考 小升 小型 小声 小吃 小灶 小商 小妹 小弟 "
    "小姐 小哥 小题 小道 小路 小门 小便 小看 小气 小半 小狗 小猫 小鸟 小饭 小众 小圈 小抄 小动 小人 小手 小腿".split()
)
NOT_TWICE = frozenset(
    "我我 你你 他他 她她 谁谁 哇哇 查查 画画 崽崽 伢伢 仔仔 胖胖 天天 常常 人人 个个 家家 处处 刚刚 偏偏 渐渐 往往 年年 月月 仅仅 明明 白白 慢慢 好好 多多 谢谢 爸爸 妈妈 爷爷 奶奶 哥哥 姐姐 弟弟 妹妹 叔叔 伯伯 舅舅 姑姑 婶婶 姥姥 宝宝 娃娃 统统 星星 试试 看看 想想 说说 讲讲 听听 问问 "  # noqa: SIM905 - reads as words
    "管管 天天 回回 次次 事事 时时 日日 夜夜 岁岁 代代 样样 种种 件件 条条 层层 点点 早早 晚晚 远远 高高 大大 小小 轻轻 重重 悄悄 偷偷 默默 静静 匆匆 纷纷 频频 屡屡 每每 恰恰 万万 区区 堂堂 茫茫 哈哈 呵呵 嘻嘻 呜呜 "
    "等等 区区 刚刚 哪哪 乖乖 蛐蛐 猩猩 太太 公公 婆婆 婴婴 痘痘 饭饭 觉觉 头头 框框 圈圈 泡泡 本本 句句 字字 门门 科科 课课 班班 周周 校校 户户 村村 怕怕 抱抱 稍稍 丝丝 草草 源源 全全 多多少少 平平 安安 辛辛 苦苦".split()
)
PLACE_BEHIND = re.compile(
    r"(?:[东西南北中]?路|街|巷|大道|小学|中学|学校|村|镇|乡|桥|公园|广场|幼儿园|杯|奖|山庄|湖|岭|坪|坝|水库|大厦|小区|社区|实验|故居|纪念|纪念馆|精神|思想|同志为|体|诗|词|的诗|的词|的书|字帖|牌|公司|集团|银行|超市|书院|楼[上下]?|线|站|区|县|市)"
)
SOUNDS = frozenset(
    "卡埃爱奥班贝比毕宾波博查戴丹道狄蒂杜顿恩厄凡范菲费芬弗福盖哈汉豪赫亨霍基季加贾简康考科肯库昆莱赖兰劳黎利莉列林隆卢鲁伦罗洛马麦曼梅蒙密摩莫穆纳娜内妮涅宁纽诺欧帕潘佩彭皮普齐奇乔切琼热荣儒瑞塞桑沙山圣施舒丝思索泰坦唐廷瓦威韦维魏温翁沃武西希锡谢辛休雅扬耶叶因英尤泽詹珍朱佐"
    "阿巴尔克拉娜丽古娃艾买提力依木江汗孜扎西顿珠央金卓玛次仁旺堆达瓦格桑德吉加措尼玛平措贡布罗布多杰热比娅迪夏帕提玛依努合亚森萨吾斯坦吐逊肉木库尔班赛麦哈桑布赫巴特苏日乌云其木格图雅那仁牧仁白音满都海高娃琪琪格亚戈伊莎贝凯特琳迈克彼得森汤姆杰瑞约翰逊史密"
)
Proof = Literal["said", "title", "job", "shape"]
"""What gives a name away: 我叫 before it, a title behind it, a post before it, or its own shape."""


def by_rules(text: str, words: frozenset[str] = frozenset()) -> Found:
    """Names that words beside them give away; `words` are everyday ones that are none."""
    for candidate, _ in ruled(text, words):
        yield candidate


def ruled(text: str, words: frozenset[str] = frozenset()) -> Iterator[tuple[Candidate, Proof]]:
    """The same, each with its proof."""
    for found in _trigger.finditer(text):
        if not found["behind"]:
            said = found["says"] in _SURELY
            for one in _ahead(text, found.end(), words, sure=said):
                yield one, "said" if said else "job"
        if not (found["says"] or found["ahead"]) and found[0] != "班主任":
            for one in _behind(text, found.start(), words, alone=found["short"] is not None):
                yield one, "title"
    for one in _shaped(text, words):
        yield one, "shape"


_SURELY = frozenset("我叫 名叫 名字叫 叫做 姓名 户名".split())  # noqa: SIM905 - reads as words


_HIDING = frozenset("某*×xX○〇")


def _shaped(text: str, words: frozenset[str]) -> Found:
    if "." in text or "·" in text or "•" in text:
        yield from _dotted(text)
    for found in _SOMEBODY.finditer(text) if "姓" in text else ():
        yield Candidate(*found.span(found.lastgroup or 0), "titled_name", 1)
    hidden = not _HIDING.isdisjoint(text)
    for found in _HIDDEN.finditer(text) if hidden else ():
        before = text[max(0, found.start() - 1) : found.start()]
        if found["name"] == before == "谢":  # 谢谢某某
            continue
        if found["mark"][0] == "某" or not before.isalnum() or before >= "\u3400":
            yield Candidate(*found.span(), "nickname", 1)
    for found in _PART_HIDDEN.finditer(text) if hidden else ():
        if not found["given"] or found["given"] in GIVEN:
            yield Candidate(*found.span(), "name", 1)
    for found in _HALF_HIDDEN.finditer(text) if hidden else ():
        yield Candidate(*found.span("name"), "nickname", 1)
    for found in (
        _NICKNAME.finditer(text) if "小" in text or "老" in text or "阿" in text else ()
    ):
        rest, titled = found["rest"], _titles.match(text, found.end())
        if found[0] in NO_NAME or found[0] in words or rest not in SURNAME_CHARACTERS:
            continue
        if found[0] in ANYBODY or of_a_textbook(text, *found.span()):
            continue
        if rest not in _BREAKS and (titled or rest not in DOUBTFUL):
            yield Candidate(*found.span(), "nickname", 1)
    for found in _TWICE.finditer(text) if any(map(eq, text, islice(text, 1, None))) else ():
        if twice_in_a_row(text, *found.span("name")):
            continue
        if found["name"] not in NOT_TWICE and text[
            max(0, found.start() - 1) : found.start()
        ] not in ("每", "人"):
            yield Candidate(*found.span("name"), "nickname", 1)
    for found in _SOUNDING.finditer(text) if _sounding_end.search(text) else ():
        if len(found[0]) >= 3:
            yield Candidate(*found.span(), "name", 1)
    if _latin.search(text):
        yield from _in_pinyin(text)
        for found in _FOREIGNER.finditer(text):
            yield Candidate(*found.span(found.lastgroup or 0), "name", 1)


def _dotted(text: str) -> Found:
    """Names of other tongues, written with a dot: 艾力·买买提."""
    for dot in re.finditer(r"(?<=[\u4e00-\u9fff])[.·•](?=[\u4e00-\u9fff])", text):
        start, end = dot.span()
        while (
            start > 0
            and dot.start() - start < 6
            and text[start - 1] in SOUNDS
            and not _END_OF_A_CLASS.search(text, max(0, start - 2), start)
        ):
            start -= 1
        while end < len(text) and end - dot.end() < 8 and _sounds_on(text, end):
            end += 1
        alone = _alone_behind_dot.match(text, dot.end())
        if alone and start < dot.start():  # up to the next mark: 艾尔肯·吐尔地，
            end = max(end, alone.end())
        if start < dot.start() and end > dot.end():
            yield Candidate(start, end, "name", 3)


_END_OF_A_CLASS = re.compile("[0-9)一二三四五六七八九十]班$")
"""班 sounds in names, and stands before them."""
_alone_behind_dot = re.compile(r"[\u4e00-\u9fff]{2,5}(?![\u4e00-\u9fff])")


def _sounds_on(text: str, place: int) -> bool:
    """不 and 都 sound inside a name (阿不都拉), and are words of the sentence behind it (都哭了)."""
    return text[place] in SOUNDS or (
        text[place] in "不都"
        and (text[place + 1 : place + 2] in SOUNDS or text.startswith("都", place + 1))
    )


_titles = re.compile(TITLE + "|妈|爸|家长|小朋友")


def _ahead(text: str, place: int, words: frozenset[str], *, sure: bool) -> Found:
    """A name right behind a word that introduces one; after 老师 or 家长 everyday words are more likely."""
    found = _name_ahead.match(text, place)
    if not found:
        return
    start, end = found.span("name")
    whole = (
        words
        and end - start == 3
        and text[end : end + 1] in _ENDS
        and text[start] not in DOUBTFUL
    )
    end = end if whole else _right_edge(text, start, end)
    name = text[start:end]
    if not sure and (
        name in words or (name[0] in DOUBTFUL and not _stands_alone(text, start, end))
    ):
        return
    if len(name) >= 2 and _may_be_name(name) and not PLACE_BEHIND.match(text, end):
        yield Candidate(start, end, "name", 2)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Three characters up to the next mark, the first of which is no word of grammar: 向红梅，"""
    return (
        end - start == 3
        and text[start] not in _NEVER_ALONE - {"于", "向"}
        and text[end : end + 1] in _ENDS
    )


_ENDS = frozenset(["", *"，。、；：！？ ,;:!?()\n"])
_NEVER_ALONE = frozenset("种任班家长都和部师国校区公位化能别过那有但从而向来干全对查应会可")
_SORTS_OF_SCHOOLS = frozenset("卫普党技体艺")
"""卫校 is a school, not one 校长 called 卫."""
_KIN = frozenset("爸妈爹娘伯嫂姐哥婶姨叔婆")
_BOUNDARY = frozenset("，。、；：！？ ,.:;!?的是找请问感谢叫给跟归让被由\n")


def _behind(text: str, end: int, words: frozenset[str], *, alone: bool) -> Found:
    """A name, or a family name alone, right before a title."""
    end -= text[end - 1 : end] in ("的", "副", "某") and end > 1
    for length in () if alone else (4, 3, 2):
        start = end - length
        name = text[max(0, start) : end]
        family = 2 if name[:2] in COMPOUND else 1
        if start < 0 or name[0] not in SURNAME_CHARACTERS or not family < length <= family + 2:
            continue
        before = text[max(0, start - 1) : start]
        doubtful = name[0] in DOUBTFUL and (
            before not in _BOUNDARY or name[1] in SURNAME_CHARACTERS or name[0] in _NEVER_ALONE
        )
        if name in words:
            continue
        if (
            _may_be_name(name)
            and not doubtful
            and not (before and before in _BAD_BEFORE.get(name[0], ""))
            and _begins(text, start)
        ):
            yield Candidate(start, end, "name", 1)
            return
    name = (
        text[end - 2 : end] if text[max(0, end - 2) : end] in COMPOUND else text[end - 1 : end]
    )
    before = text[max(0, end - len(name) - 1) : end - len(name)]
    if (
        not name
        or (name not in COMPOUND and name not in SURNAME_CHARACTERS)
        or name in _NEVER_ALONE
        or (alone and name in _SORTS_OF_SCHOOLS)
        or (name == "阿" and text[end : end + 1] in _KIN)
    ):
        return
    if of_a_sentence(text, end - len(name), end):
        return
    if (before and before in _BAD_BEFORE.get(name, "")) or (
        name in DOUBTFUL and before and before not in _BOUNDARY
    ):
        return
    yield Candidate(end - len(name), end, "titled_name", 1)


_OF_A_SENTENCE = {
    "连": re.compile("(?:们)?(?:都|也|自己|本人|[他她])"),
    "向": re.compile(
        "(?:们)?(?:反映|反应|请教|打听|提|说明|道歉|道谢|借|要|学习|申请|请假|问|保证|认错|检讨|告状|报告|求|推荐|推销|收|表示|表达|致敬|看齐|投诉|咨询|汇报|诉|讨|交|伸)"
    ),
    "于": re.compile("(?:们)?(?:而言|来说|来讲)"),
    "谢": re.compile("(?:们)?(?:了|您|你|辛苦|[！!~～，。]|全家|的(?:付出|关心|帮助))"),
    "应": re.compile("(?:们)?(?:要求|邀请|之邀|请求)"),
    "和": re.compile("(?:们)?(?:沟通|商量|说|讲|联系|反映|谈|聊|吵|顶嘴|作对|亲近|一起|同学)"),
    "从": re.compile("(?:们)?(?:那|这|手|嘴|口)"),
}
"""What makes a family name before a title a word of the sentence: 连老师都, 向老师反映, 于老师而言."""


def of_a_sentence(text: str, start: int, end: int) -> bool:
    """Whether a family name at this place is such a word; `end` is where its title begins."""
    shape = _OF_A_SENTENCE.get(text[start:end])
    title = TITLED.match(text, end)
    if title and text[start : title.end()] in ANYBODY:  # 康师傅
        return True
    if not (shape and title):
        return False
    doubled = start > 0 and text[start - 1] == text[start] == "谢"
    return doubled or (text[start] != "谢" and shape.match(text, title.end()) is not None)


_TEXTBOOK = frozenset(
    "小明 小红 小刚 小华 小强 小丽 小芳 小军 小李 小王 小张 小东 小林 "  # noqa: SIM905 - reads as words
    "小兰 小方 小亮 小英 小美".split()
)
_in_a_textbook = re.compile(
    r"应用题|例题|题目|题里|题干|这[道个]题|作文里|课文|课本|造句|练习[册题]|数学题|绘本|放水|注水|相向|速度|追及|相遇|苹果"
)


def of_a_textbook(text: str, start: int, end: int) -> bool:
    """小明 of the sums and 小红 of 小红书 are nobody's child."""
    word = text[start:end]
    if word == "小红" and text[end : end + 1] in frozenset("书花旗帽点榜包本砖领"):
        return True
    return word in _TEXTBOOK and (
        _in_a_textbook.search(text, max(0, start - 40), end + 40) is not None
    )


def twice_in_a_row(text: str, start: int, end: int) -> bool:
    """陆陆续续, 家家户户: a doubled word beside another one."""
    return (
        end - start == 2
        and text[start] == text[start + 1]
        and (
            (start >= 2 and text[start - 1] == text[start - 2] != text[start])
            or (
                text[end : end + 1] == text[end + 1 : end + 2] != text[start]
                and end + 1 < len(text)
            )
        )
    )


def _begins(text: str, start: int) -> bool:
    """Whether a name may begin here: not in the middle of an everyday word."""
    return (
        text[max(0, start - 1) : start + 1] not in NO_NAME
        and text[max(0, start - 2) : start + 1] not in NO_NAME
    )


def _right_edge(text: str, start: int, end: int) -> int:
    """A family name takes one or two characters more, as far as they can belong to a name."""
    family = 2 if text[start : start + 2] in COMPOUND else 1
    last = min(end, start + family + 2)
    place = start + family
    while place < last and text[place] not in _BREAKS and not _titles.match(text, place):
        place += 1
    if (
        place - start == family
        and place < last
        and text[place] in "上可有会能主都安成当各为利在来平明全对"
    ):
        place += 1  # a given name may begin with such a character: 刘利, 王平
    return place


def _may_be_name(word: str) -> bool:
    family = 2 if word[:2] in COMPOUND else 1
    given = word[family:]
    return (
        word not in NO_NAME
        and word[:2] not in NO_NAME
        and word not in FAMOUS
        and bool(given)
        and all("\u4e00" <= char <= "\u9fff" and char not in _NO_GIVEN_NAME for char in given)
        and given[-1] not in "乡镇村县市路街区"
    )


_latin = re.compile(r"[a-z]{5}|[A-Z][a-z]")
_syllable = (
    r"(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|"
    r"ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|ve|a|e|i|o|u|v)"
)
_LATIN_NAME = r"[A-Z][a-z]{1,12}(?:[ .][A-Z][a-z]{1,12}){0,2}"
_FOREIGNER = re.compile(
    rf"(?=[A-Z外老叫名教同校园负顾销客助英户全])(?:(?:外教|英文名|户名|全名|老师|叫|名叫|教练|同学|校长|园长|负责人|老板|顾问|销售|客服|助教) ?(?P<ahead>{_LATIN_NAME})(?![A-Za-z0-9_.(])|(?<![A-Za-z0-9_.= ])(?P<both>[A-Z][a-z]{{1,12}}(?: [A-Z][a-z]{{1,12}}){{1,2}}) ?(?=[(][\u4e00-\u9fff]{{2,6}}[)])|"
    rf"(?<![A-Za-z0-9_.=] )(?<![A-Za-z0-9_.=])(?P<behind>{_LATIN_NAME}) ?(?:老师|同学|教练|是外教|的妈|的爸|妈妈|爸爸))"
)
_FAMILY_IN_PINYIN = (
    "(?:zhang|wang|li|liu|chen|yang|zhao|huang|zhou|wu|xu|sun|hu|zhu|gao|lin|he|guo|ma|luo|liang|song|zheng|xie|han|"
    "tang|feng|yu|dong|xiao|cheng|cao|yuan|deng|fu|shen|zeng|peng|lv|su|lu|jiang|cai|jia|ding|wei|xue|ye|yan|"
    "pan|du|dai|xia|zhong|tian|ren|fan|fang|shi|yao|tan|liao|zou|xiong|jin|hao|kong|bai|cui|kang|mao|qiu|qin|gu|"
    "hou|shao|meng|long|wan|duan|qian|yin|yi|chang|qiao|lai|gong|wen|ouyang|sima|shangguan|zhuge)"
)
_pinyin = re.compile(
    rf"(?=[A-Za-z])(?<![A-Za-z0-9_@.\-/#])(?P<name>{_FAMILY_IN_PINYIN} ?{_syllable}(?: ?{_syllable})?)(?![A-Za-z0-9_@.\-/(=:])",
    re.IGNORECASE,
)
_NO_PINYIN_NAME = frozenset(
    "change manage machine sunshine hongkong shanghai shanxi guanli laoshi wangluo wangzhan wangba wangyou chengji chengdu chengzhang "  # noqa: SIM905 - reads as words
    "chengshi fudao fuwu fudan shitang shihou shijian weisheng weixin weishenme xiaozhang xiaoxue xiaoche xiaofu xiaoshi xiaofei xiaomi yuanzhang "
    "yuanlai yuanyin jiazhang jiaoyu jiangjin gongzi gongping gongkai fangxue fangan fangjia wenti wenhua yiyuan yijian yiwu yinwei zhuren "
    "zhongkao zhongxue haizi maidong suoyi suoyou denglu dianhua banzhuren xuexiao xuesheng jinrong gaokao gaozhong longer linger dining".split()
)
_HAN = re.compile(r"[\u4e00-\u9fff]")


def _in_pinyin(text: str) -> Found:
    """wang xiaoming, zhangwei: a family name and one or two syllables, in a Chinese sentence."""
    for found in _pinyin.finditer(text):
        start, end = found.span("name")
        letters = found["name"].replace(" ", "").lower()
        if len(letters) < 6 or letters in _NO_PINYIN_NAME:
            continue
        if _HAN.match(text, max(0, start - 1)) or _HAN.match(text, end):
            yield Candidate(start, end, "name", 1)


def propagated(text: str, found: Iterable[Candidate]) -> Found:
    """Other places where a found name stands: whole, or the given name of three characters alone."""
    names = {
        text[one.start : one.end]
        for one in found
        if one.type == "name" and one.end - one.start >= 2
    }
    for name in names:
        given = name[2:] if name[:2] in COMPOUND else name[1:]
        alone = len(given) == 2 and len(name) > 2 and given not in NO_NAME
        for form in (name, given) if alone else (name,):
            at = text.find(form)
            while at >= 0:
                end = at + len(form)
                if not PLACE_BEHIND.match(text, end) and (
                    form is name or sounds_given(given) or beside_a_person(text, at, end)
                ):
                    yield Candidate(at, end, "name", 1)
                at = text.find(form, at + 1)


def sounds_given(word: str) -> bool:
    """Whether both characters are ones that parents choose, and that stand in few other words."""
    return len(word) == 2 and word[0] in GIVEN and word[1] in GIVEN


_ROLE = (
    r"(?:班主任|老师|校长|主任|书记|园长|教练|会计|出纳|保安|司机|宿管|外教|同学|同桌|学生|考生|班长|组长|委员|家长|儿子|女儿|孩子|孙子|孙女|"
    r"弟弟|妹妹|哥哥|姐姐|爱人|丈夫|妻子|老公|老婆|外甥|侄子|舅子|舅|弟|妹|爸|妈|他爸|她妈|工友|同事|邻居|老板|法人|户名|收款人|联系人|负责人|申请人|举报人|经办人|监护人)"
)
_BEFORE_A_PERSON = re.compile(
    rf"(?:{_ROLE}[是叫为：: （(]{{0,2}}|叫|名叫|名字[是叫]|找|跟|被|让|喊|骂|打|问|谢谢|感谢|表扬|举报|投诉|转告|告诉|还有|举|讲|@|其中|带头的是|打人的是|就是|说是|听说|问过|新来的|班[上里]|有个|有个叫|昨天|今天|包括|只有|感激|多亏|辛苦|怪|恨|怕)$"
)
_AFTER_A_PERSON = re.compile(
    r"(?:同学|老师|他[爸妈姐哥姑舅们家]|她[爸妈姐哥姑舅们家]|妈|爸|家长|小朋友|爷爷|奶奶|们几个|等人?[，。、]|骂|打了|打我|打人|踢|推我|扇|堵|逼|抢|欺负|嘲笑|"
    r"的(?:妈|爸|孩子|儿子|女儿|家长|课|班|作业|书包|分数|成绩|名字|爷|奶|家|公司|老婆|老公)|教的|教书|上课|带的|带班|替|把(?!关|握)|被(?!动)|又(?![是有])|老是|总是|天天|讲课|讲题|说话|哭|抢|偷|拿了|收了|收我|占了|占着|调走|调来|迟到|旷课|两位|三位|家里|一个人|在班|在群|在家长群|发火|发脾气|没来|请假|休产假|退休|当了|当上|"
    r"说他|说她|说我|说要|还说|也说|昨天|前天|今天|上周|"
    r"是[^，。]{0,4}(?:老师|外教|班长|班主任|校长|主任|家长|学生|同学|亲戚)|"
    r"[（(](?:[男女]|班主任|[一二三四五六七八九初高])|家[有里住]|从[^，。]{1,6}(?:来|到)|(?:女士|先生))"
)


def beside_a_person(text: str, start: int, end: int, *, before: bool = True) -> int:
    """How many sides of a word speak of a person: 我找X, X打人, X同学."""
    return bool(_AFTER_A_PERSON.match(text, end)) + (
        before and bool(_BEFORE_A_PERSON.search(text[max(0, start - 8) : start]))
    )
