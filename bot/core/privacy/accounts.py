"""Names and numbers of accounts: QQ, WeChat, mail, links, and what somebody is called on a platform."""

import re

from bot.core.privacy.numbers import MONEY
from bot.core.privacy.spans import Candidate, Found

_QQ = r"(?:[Qq][ ]?[Qq]|扣扣|企鹅|球球|扣(?=[ ]?[1-9][0-9]{5,10}(?![0-9元块]))|抠抠|叩叩|求求|秋秋|丘丘|蔻蔻|扣(?=[ ]?[Qq]?[ ]?[:是])|扣[Qq]|扣(?=群主?[ ]?[1-9][0-9]{2})|扣号|抠号|鹅号|大?鹅(?=[ ]?[:：]?[ ]?[1-9][0-9 ]{5})|🐧|腾讯号|[Qq]币[充到]{0,2}|(?<![A-Za-z])[Qq](?=[ ]?[0-9](?:[ .\-]{0,2}[0-9]){4})|[Qq](?=号|[ ]?[:=]|[ ]?[1-9][0-9]{5}))"
_IS = r"(?:充到?|同手机号?|跟手机号?|手机同号|搜索?|群号码?|群主?|号码|号|账号|帐号|是|为|加|叫|就是|我的|空间|也是|同|ID|id|[ :：=,，、(\"“])"
_qq = re.compile(
    rf"{_QQ}{_IS}{{0,6}}(?P<own>[1-9](?:[ .\-]{{0,2}}[0-9]){{4,10}})(?![0-9])(?!@)"
)
_group_chat = re.compile(
    r"(?:群号|家长群|班级群|工作群|群聊)[ :：是为=]{0,3}(?P<own>[1-9](?:[ \-]{0,2}[0-9]){5,10})(?![0-9])"
)


_by_its_spaces = re.compile(
    r"(?:的|那个|这个)号[是为:： ]{0,2}(?P<own>[1-9](?:[ .\-][0-9]){5,10})(?![0-9])"
)
"""Digit by digit behind 号: 发帖的号2 0 7 …"""


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


def qqs(text: str) -> Found:
    """Numbers of QQ, of persons and of groups."""
    yield from _loose_qqs(text)
    for shape in (_qq, _group_chat, _by_its_spaces):
        for found in shape.finditer(text):
            if not MONEY.match(text, found.end()):
                yield Candidate(*found.span("own"), "qq", 3)


_WECHAT = (
    r"(?:微信|微芯|薇芯|绿泡泡|绿泡|绿标|绿色(?:那个)?软件|小绿书?(?=[号:：])|💚|[微薇威卫](?:.{0,2}[芯信心]|[^信芯心]?[xX])(?=[号:： ]|[A-Za-z0-9])|[VvWw]\W{1,2}(?=[A-Za-z][A-Za-z0-9_\-]{5})|[Ww]\W{0,2}[Xx](?=\W)|嶶信|溦信|葳信|微[^\u4e00-\u9fffA-Za-z0-9，。、；！？\n]?信|威信|薇信|卫星|徽信|微芯|維信|維芯|微訊|[Ww]e ?[Cc]hat|[Ww]ei ?[Xx]in|(?<![A-Za-z])[Ww][Xx]|(?<![A-Za-z])[Vv] ?[Xx]|[加\+➕]薇|薇(?=号|[ ]?[:=])|"
    r"[Vv]信|[加\+➕扫] ?[我]?[VvWw](?![A-Za-z]{0,3}认证)|(?<![A-Za-z])[Vv](?=号|[ ]?:|[a-z][a-z0-9]{2,15}[_\-][a-z0-9])|加个?微(?!型|课|机))"
)
_wechat = re.compile(
    rf"(?=[微薇芯绿小💚WVvw威卫徽維嶶溦葳加+➕扫]){_WECHAT}{_IS}{{0,6}}(?P<own>[A-Za-z][A-Za-z0-9_.\-]{{3,21}}[A-Za-z0-9_\-]|[0-9](?:[ \-]{{0,2}}[0-9]){{5,10}})(?![A-Za-z0-9_@]|\.[A-Za-z0-9])"
)
_spaced_wechat = re.compile(
    rf"(?=[微薇芯绿小💚WVvw威卫徽維嶶溦葳加+➕扫]){_WECHAT}{_IS}{{0,6}}(?:上?收[，,]?号是[ ]?)?(?P<own>[a-z]{{1,10}}(?: [a-z]{{1,10}}){{1,4}}[ .。]?[0-9_]{{1,6}}(?:_[a-z0-9]{{1,8}})?)(?![A-Za-z0-9_@])"
)
"""Syllable by syllable: ke xue jia 2_0."""
_by_number_word = re.compile(
    r"(?<![A-Za-z0-9\u4e00-\u9fff])(?:[他她我]的?)?号[是:： ]{0,2}(?P<own>[A-Za-z][A-Za-z0-9]{2,12}(?:[_\-.][A-Za-z0-9]{1,12}){1,3})(?![A-Za-z0-9_@])"
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
    r"(?=[A-Za-z])(?<![A-Za-z0-9_.@/\-])(?=[A-Za-z0-9_.\-]{0,20}[0-9_])[A-Za-z][A-Za-z0-9]{1,18}(?:[_\-.]{1,2}[A-Za-z0-9]{1,16}){0,3}_{0,2}(?:[\u4e00-\u9fff]{1,6}[0-9]{1,4})?(?![A-Za-z0-9@/])"
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


_SPELT = frozenset("微薇威卫徽維嶶溦葳绿小💚vVwW")
"""One of these is in every spelling of the word."""


def wechats(text: str) -> Found:
    """Accounts of WeChat in all their spellings."""
    present = frozenset(text)
    latin = not _LATIN.isdisjoint(present)
    if latin:
        yield from _loose_wechats(text)
    if "_" in present:
        for found in _named_account.finditer(text):
            yield Candidate(*found.span("own"), "wechat", 3)
    if not _SPELT.isdisjoint(present):
        for found in _wechat.finditer(text):
            if found["own"].lower() not in _NOT_AN_ACCOUNT and not MONEY.match(
                text, found.end()
            ):
                yield Candidate(*found.span("own"), "wechat", 3)
    if latin:
        for shape in (_spaced_wechat, _by_number_word):
            for found in shape.finditer(text):
                yield Candidate(*found.span("own"), "wechat", 2)
        for found in _bare_wechat.finditer(text):
            yield Candidate(*found.span(), "wechat", 3)


_LATIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


_AT = r"(?: {0,2}(?:@|\(at\)|\[at\]|艾特|圈a|圈A) {0,2}| at | {0,2}# {0,2}(?=(?:vip\.)?(?:qq|163|126|gmail|sina|foxmail|outlook|139|hotmail|yeah|aliyun|sohu)))"
_DOT = r"(?: ?[.。] ?|点| dot |\(dot\))"
_email = re.compile(
    rf"(?=[A-Za-z0-9_])(?<![A-Za-z0-9_.%+\-])[A-Za-z0-9_][A-Za-z0-9_.%+\-]{{0,63}}{_AT}[A-Za-z0-9][A-Za-z0-9\-]{{0,62}}"
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


def emails(text: str) -> Found:
    """Mail addresses."""
    for found in (*_email.finditer(text), *_spaced_email.finditer(text)):
        yield Candidate(*found.span(), "email", 3)


_of_the_state = re.compile(r"^(?:https?://)?[A-Za-z0-9.\-]{1,60}\.gov\.cn/?$")


def urls(text: str) -> Found:
    """Links."""
    for found in _url.finditer(text):
        end = found.start() + len(found[0].rstrip(".,;:!?)'\"]}>"))
        if not _of_the_state.match(text[found.start() : end]):
            yield Candidate(found.start(), end, "url", 3)


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
    r"(?:所有人|每个人|班长|全班|全校|全体|全體|大家|各位|老师|老師|校长|家长|班主任|群主|管理员|我(?!方)|你|他|她|人(?!间|生|在)|谁|任何|某|有关|相关|教育|学校|领导|一下|了)"
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


_PLATFORM = r"(?:抖音|dy|DY|豆音|西瓜视频|火山|皮皮虾|虎牙|斗鱼|网易云|全民[Kk]歌|酷狗|[Kk]eep|[Ss]oul|陌陌|探探|咸鱼|美篇|简书|今日头条|王者荣耀|和平精英|吃鸡|原神|蛋仔派对|蛋仔|我的世界|迷你世界|光遇|英雄联盟|快手|微博|小红书|小紅書|[Bb]站|哔哩哔哩|知乎|贴吧|视频号|公众号|钉钉|直播间|闲鱼|豆瓣|头条)"
_bracketed_handle = re.compile(
    rf"{_PLATFORM}(?:小?号|账号|帐号|名|昵称|ID|id|用户|主播|博主)?[是叫：:]?[ ]?[(“\"「@](?P<own>[^”\"」)(，。,！？\n]{{2,16}})[”\"」)]"
)
_platform_handle = re.compile(
    rf"{_PLATFORM}(?:(?:小?号|账号|帐号|名|昵称|ID|id)?[ :：]{{1,2}}|(?:小号|账号|帐号|名|昵称|ID|id)[是叫]?)(?P<own>[A-Za-z0-9_\u4e00-\u9fff·\-]{{3,14}})(?=[，。,！!？?\n）)”]|$)"
)
_platform_mention = re.compile(
    rf"(?:{_PLATFORM}|我发在|账号是?|帐号是?|博主|主播|发[了过])[^，。！？\n@]{{0,14}}[，（( ]?(?P<own>@[ ]?[A-Za-z0-9_\u3040-\u30ff\u4e00-\u9fff·\-]{{2,16}})"
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


_QUOTED = r"[“\"「『《'‘【(](?P<own>[^”\"」』》'’】)，。！？!?\n]{2,16})[”\"」』》'’】)]"
_quoted_before = re.compile(
    rf"(?:{_PLATFORM}|直播间|[Uu][Pp]主|博主|主播|网友|网民|群昵称|群名片|小号|大号|马甲[叫是]|群里(?:那|有)个叫?|群主|账号|帐号|昵称|头像|ID|id)[^，。！？!?\n“\"「『《'‘【(问说发喊骂回写要打标耀晒卖看听买抢学教]{{0,8}}{_QUOTED}"
)
_quoted_behind = re.compile(
    rf"(?:叫做?|名字?叫?|号叫)[ ]?{_QUOTED}[的]?[ ]?(?:\(?{_PLATFORM}|主播|博主|网友|网民|账号|帐号|直播间|[Uu][Pp]主|号主|小号|群友)"
)
_platform_id = re.compile(
    rf"(?:(?:{_PLATFORM}|游戏|直播)[^。！？!?\n0-9]{{0,16}}?)?(?<![A-Za-z])(?:[Uu][Ii][Dd]|ID|id|Id)[ :：是为]{{0,3}}(?P<own>[A-Za-z0-9_][A-Za-z0-9_.\-]{{4,20}})(?![A-Za-z0-9_@])"
    rf"|{_PLATFORM}(?:号|账号|帐号)?[ :：是为]{{0,3}}(?P<number>[0-9]{{6,12}})(?![0-9元人次万个年月日])"
)
_platform_name = re.compile(
    rf"(?:{_PLATFORM}|uid|UID)[^。！？!?\n]{{0,24}}?[，, ](?:名字|昵称|叫|网名)(?:叫|是)?[ :：]?(?P<own>[A-Za-z0-9_\u4e00-\u9fff·]{{3,12}})(?=[，。,！!？?\n]|$)"
)
_long_mention = re.compile(
    r"(?<![A-Za-z0-9_.%+\-@])@(?P<own>[A-Za-z0-9_\u3040-\u30ff\u4e00-\u9fff~·\-]{2,16})(?:[(][^()\n]{1,8}[)]|(?=[，。！？,!?：:；;)）”\"」 \n]|$))"
)
_ENDS = frozenset(["", *'，。！？,!?：:；;)）”"」 \n'])
_TALKS = re.compile(
    r"[请你您]|说[得的了]?|怎么|什么|吗|呢|能不能|可以|为什么|看看|管管|出来|回复"
)


_OWN = r"[A-Za-z0-9_\u3040-\u30ff\u4e00-\u9fff~·.\-、丶ツ]"
_says_nick = re.compile(
    rf"(?:网名|昵称|群名片|微信名|头像名|主播号|卖家|Steam名|[Ss]team|群里我?叫|群里有个叫|战队叫|微信上我[是叫]|班里人叫我|小号叫|大号叫|号叫|(?<![机编几账帐学工单名信车])号是)(?:叫做?|是|为|：|:)?(?P<own>(?![\-.·]){_OWN.replace('、', '')}{{2,18}}?)(?=[，。！？,!?；;)）”\"」 \n]|的|就|被|追|在|$)"
)
"""What follows 网名 and the like, up to where a mark or a word of the sentence ends it."""
_whole_nick = re.compile(
    rf"(?:网名|群?昵称|群名片|微信名|群里我?叫|群里有个叫)(?:叫做?|是|为|：|:)?(?P<own>(?![\-.·]){_OWN.replace('、', '')}{{2,12}})(?=[，。！？,!?；;)）”\"」 \n]|$)"
)
_latin_name = re.compile(
    rf"(?:{_PLATFORM}|直播|账号|帐号|网名|店长|主播|博主|小号)[^，。！？!?\n]{{0,6}}?(?<![A-Za-z0-9_@./])(?P<own>[A-Za-z][A-Za-z0-9]{{1,15}}(?:_[A-Za-z0-9]{{1,15}}){{1,4}})(?![A-Za-z0-9_./(=\[@])"
)
_owns_a_page = re.compile(
    r"(?<=[，。！？：“「（( 在系注搜看])(?P<own>(?:[A-Za-z0-9\u4e00-\u9fff](?<![的了着过是在说被把让给你他她我这那个佢喺嘅咗唔冇])){3,9}?)(?:直播间|的(?:抖音|快手|小红书|微博|视频号|公众号))"
)
_with_line = re.compile(
    r"(?:(?<=账号)|(?<=帐号)|(?<=[叫是搜加号拉在称名@，。！？：“「(（ ])|(?<![A-Za-z0-9_\u4e00-\u9fff]))(?:[\u4e00-\u9fff]{2,8}[0-9]{0,4}|[A-Za-z0-9]{1,8}[\u4e00-\u9fff]{1,8})_[A-Za-z0-9\u4e00-\u9fff]{2,8}?(?=[，。！？,!?：:；;)）”\"」 \n的在发每被]|$)"
)
_ornament = re.compile(
    r"(?:(?<=[，。！？：“「(（ @号书站音手叫是被卖家友])|(?<![A-Za-z0-9_\u4e00-\u9fff]))[A-Za-z0-9\u4e00-\u9fff]{1,10}[の丶ツ灬℡][A-Za-z0-9\u4e00-\u9fff]{0,10}?(?=[，。！？,!?：:；;)）”\"」 \n的]|$)"
)
_on_platform = re.compile(
    rf"{_PLATFORM}(?P<own>(?![刷看上发卖拍玩直里热平账群打通签考评推搜也都和的就没有被说曝爆课教老学视频举作号是叫名我你他她那这什怎为要不可能给让很太投消密息关粉转收接私评公])(?:[A-Za-z0-9\u3040-\u30ff·\-_]|[她他](?=[爸妈姥爷奶哥姐舅姨])|[\u4e00-\u9fff](?<![的了着过是在说被把让给我你他她])){{4,12}})(?=了?(?:[，。、；,;\n（(]|$))"
)
_NO_NICK = re.compile(
    r"^(?:老师|家长|学生|孩子|同学|校长|一|[多几两三四五六七八九十]|不|没|也|就|都|还|给|要|让|说|发|艾特|全|改|换|和|跟|用|写|抄|与|退|建|踢|把|解散|标|能|可|会|显示|头像|这|那|什么|自己)|某"
)


def _quoted_handles(text: str) -> Found:
    """Names in marks beside a platform, names and numbers behind ID, and mentions that end where a mark stands."""
    for shape in (_quoted_before, _quoted_behind, _platform_id, _platform_name):
        for found in shape.finditer(text):
            part = found.lastgroup or "own"
            own = found[part]
            if not (
                _NOT_A_HANDLE.match(own)
                or _of_a_platform.search(own)
                or _OF_AN_OFFICE.search(own)
                or _ASIDE.match(own)
            ):
                yield Candidate(
                    *found.span(part), "handle", 2 if found[0][-1] in "”\"」』’'" else 1
                )
    for shape in (_says_nick, _whole_nick, _on_platform, _latin_name, _owns_a_page):
        for found in shape.finditer(text):
            own = found["own"]
            if not (own.isdigit() or _NOT_A_HANDLE.match(own) or _NO_NICK.search(own)):
                yield Candidate(*found.span("own"), "handle", 2 if shape is _whole_nick else 1)
    for shape, strength in ((_with_line, 1), (_ornament, 2)):
        for found in shape.finditer(text):
            yield Candidate(*found.span(), "handle", strength)
    for found in _long_mention.finditer(text):
        if not _NOT_A_HANDLE.match(found["own"]) and not _TALKS.search(found["own"]):
            yield Candidate(*found.span(), "handle", 2)


def _platform_handles(text: str) -> Found:
    """Names on a platform that are words of a sentence: up to where marks or brackets end them."""
    for shape in (_bracketed_handle, _handle_in_brackets, _platform_handle, _called_small):
        for found in shape.finditer(text):
            own = found["own"]
            if (
                not own.isdigit()
                and not _NOT_A_HANDLE.match(own)
                and not _of_a_platform.search(own)
                and not _OF_AN_OFFICE.search(own)
                and not _ASIDE.match(own)
            ):
                yield Candidate(*found.span("own"), "handle", 2)
    for found in _platform_mention.finditer(text):
        start, end = found.span("own")
        cut = _mention_ends.search(text, start + 3, end)
        if not _NOT_A_HANDLE.match(found["own"].lstrip("@ ")):
            whole = end - start <= 13 and text[end : end + 1] in _ENDS
            yield Candidate(start, cut.start() if cut and not whole else end, "handle", 2)
    for found in _kana_handle.finditer(text):
        start = found.start() - (text[found.start() - 1] == "@")
        yield Candidate(start, found.end(), "handle", 2)


_TALK_NOT = "的了着过是在说被把让给我你他她这那佢喺嘅咗唔冇"
_STARTS_NO_NAME = r"(?![Uu][Pp]主|主播|博主|用户|有[人个些]|没|老师|家长|学生|同学|孩子|很多|不少|大家|自己|天天|每天|还|上|里|看|刷|发|拍|卖|玩|直播|账号|视频|平台|我(?!方)|你|他|她|一|全|都|也|就|不)"
_PICTURE = "[\u2605\u2606\u2661\u2665\u2740\u273f\u2728\u2729\U0001f300-\U0001f320\U0001f330-\U0001f37f\U0001f400-\U0001f43f\U0001f490-\U0001f49f\U0001f380-\U0001f38f\U0001f98a-\U0001f9ae]"
"""Flowers, beasts and hearts as they stand in names; not the faces and hands of a sentence."""
_pictured = re.compile(
    rf"(?:{_PLATFORM}[号上里]?|群里(?:那个|有个|的)?|昵称|网名|空间名?字?|名字|头像|叫)(?:叫|是|为)?(?P<own>{_STARTS_NO_NAME}(?:[A-Za-z0-9_\u4e00-\u9fff~·\-]){{1,12}}{_PICTURE}{{1,3}}[A-Za-z0-9_]{{0,10}})"
)
"""安静的向日葵🌻A0731: a name that ends with a picture."""
_framed = re.compile("[\u2570\u256d\ua9c1\u3006][^，。！？!?\n]{2,16}?[\u256e\u256f\ua9c2]")
_used_to_write = re.compile(
    rf"(?:留言板|论坛|贴吧|网上|平台|信箱|{_PLATFORM})[上里]?用(?P<own>{_STARTS_NO_NAME}[A-Za-z0-9_\u4e00-\u9fff]{{3,12}}?)(?:发[过的了]|留过?言|投诉|反映)"
)
_am_called = re.compile(
    rf"(?:{_PLATFORM}|游戏|贴吧|论坛|朋友圈|音乐|吧)[上里]?(?:头)?(?:我|他|她|名字|那个|有个人?|认识个?)?(?:名叫|叫做?|名字是|挂着)(?P<own>{_STARTS_NO_NAME}[A-Za-z0-9_丶\u4e00-\u9fff·\-]{{2,14}})(?=[，。！？,!?；;)）”\"」 \n]|$)"
)
_page_does = re.compile(
    rf"(?:{_PLATFORM}(?:荣耀)?|王者)(?:上|里头?|还|号)?(?:用户|博主|网友|主播|[Uu][Pp]主)?(?P<own>{_STARTS_NO_NAME}(?:[A-Za-z0-9_\u4e00-\u9fff](?<![{_TALK_NOT.replace('我', '')}])){{3,10}}?)(?=卖(?:资料|课|题|答案)|天天[发骂拍晒]|每天[发骂拍晒]|一天一|老是骂|一直骂|骂(?:我|人|他)|发(?:的?视频|帖|文|过)|带货|讲的|说的|在卖|爆料|曝光|就是(?:他|她|咱|我们))"
)
_searched = re.compile(
    rf"(?:{_PLATFORM}|微信)[上里]?搜(?:索|一下)?[“\"「]?(?P<own>{_STARTS_NO_NAME}[A-Za-z0-9_\u4e00-\u9fff·\-]{{3,12}}?)(?=[”\"」]|就是|就能|就有|能看|都能|[，。！？,!?；;)） \n]|$)"
)
_uploader = re.compile(
    rf"(?:[Uu][Pp]主|号主|卖家)(?:是|叫)?(?P<own>{_STARTS_NO_NAME}(?:[A-Za-z0-9_\u4e00-\u9fff·\-](?<![{_TALK_NOT.replace('的', '').replace('不', '')}])){{3,12}}?)(?=就是|[，。！？,!?；;)）”\"」\n]|$)"
)
_own_name_in_group = re.compile(
    rf"(?:[他她我]的?群名片?|空间(?:名字?)?叫|空间名字?)[叫是为:： ]?(?P<own>{_STARTS_NO_NAME}[A-Za-z0-9_\u4e00-\u9fff·\-丶]{{3,14}})(?=[，。！？,!?；;)）”\"」 \n]|$)"
)
_TOLD = (
    _used_to_write,
    _am_called,
    _page_does,
    _searched,
    _uploader,
    _own_name_in_group,
)
_OF_AN_OFFICE = re.compile(
    r"(?:发布|小学|中学|学校|幼儿园|教育局|教育厅|教体局|政务|日报|晚报|新闻|电视台|融媒|官微|课堂)$|通知$|名单$|视频$|资料$"
)
"""A school's or a paper's own page is nobody."""


def _told_handles(text: str) -> Found:
    """Names on a platform that are told in the middle of a sentence, up to what the sentence goes on with."""
    shapes = (*_TOLD, _pictured) if _picture.search(text) else _TOLD
    for shape in shapes:
        for found in shape.finditer(text):
            own = found["own"]
            if (
                not own.isdigit()
                and not _NOT_A_HANDLE.match(own)
                and not _OF_AN_OFFICE.search(own)
                and not _ASIDE.match(own)
            ):
                yield Candidate(*found.span("own"), "handle", 2)
    for found in () if _FRAMES.isdisjoint(text) else _framed.finditer(text):
        yield Candidate(*found.span(), "handle", 3)


_PICTURES = "[\u2600-\u2613\u2618-\u261b\u2620-\u2638\u263c-\u2653\u2660-\u266f\u26a1\u2728\u2733\u2734\u2740\u273f\u2b50\U0001f300-\U0001f43f\U0001f451-\U0001f463\U0001f466-\U0001f480\U0001f484-\U0001f493\U0001f495-\U0001f4a1\U0001f4ab\U0001f4b0\U0001f4d0-\U0001f4da\U0001f525\U0001f540-\U0001f570\U0001f680-\U0001f6bd\U0001f6f0-\U0001f6ff\U0001f984-\U0001f9cf\U0001fa70-\U0001faff][\ufe0f]?"
"""Things, weather, beasts and vehicles; no faces, no hands, no warning signs."""
_ADORNMENT = re.compile(
    rf"(?:{_PICTURES}|[°゛ゞ丨丶ツの灬℡]|\^_\^|[(][^()，。\n]{{0,3}}[_ωДಥ][^()，。\n]{{0,3}}[)])"
)
"""What stands in names that people give themselves, and hardly in a sentence."""
_PARTED = re.compile(
    r"(?<=[\u4e00-\u9fffA-Za-z])[.·/_~\-—](?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]{2})[(][\u4e00-\u9fffA-Za-z]{1,6}[)]|(?<=[\u4e00-\u9fff]{3})(?<![量数粉赞丝人价交花费到第码])[0-9]{3,4}(?=[的 )”\"，。、！？,!?]|$)|(?<=[\u4e00-\u9fff]{4})(?:ing|bot|[A-Z])(?![A-Za-z])"
)
"""A dash, an aside or a number in the middle of one: only behind a word that surely says a name comes."""
_SURE_OF_ONE = rf"(?:网名|群?昵称|微信名|群名片|用户名|(?<![A-Za-z])[Ii][Dd]|账号|帐号|(?:小|大|投稿|{_PLATFORM})号|卖家|[Uu][Pp]主|(?:{_PLATFORM}|朋友圈|音乐|吧)[上里]?(?:我|他|她|有个|一个)?叫|(?:群里|对方|发的人|[一有那]个人?|人|群里有个人)叫|{_PLATFORM}(?:的(?!号)|上的|里的|[，,])?|群主)"
_one_comes = re.compile(
    rf"(?P<sure>{_SURE_OF_ONE})(?:叫做?|是|为|[:： ])?|(?:叫做?|名字叫?|又是|另一个是|[最很]活跃的|刷到|备注|店主|那个)"
)
_of_one = re.compile(
    rf"(?:[A-Za-z0-9_\u3040-\u30ff\u4e00-\u9fff·/~.\-—丨°^+]|{_PICTURES}|[(][^()，。\n]{{1,8}}[)])+"
)
_goes_on = re.compile(
    r"的|说|讲|就|刚|专门|天天|每天|昨|今|是|里|在(?!线)|底下|发|和|跟|也|都|还|又|被|拍|卖|骂|盗|拉了|建了|挂|自称"
)
_TELLS = ("叫", "叫做", "网名", "昵称", "名字", "是", "为", ":", "：", "活跃的")
_starts_no_name = re.compile(_STARTS_NO_NAME)
_kin_in_group = re.compile(
    r"(?:(?<=[，。！？：“「（( @叫是听让被])|(?<![A-Za-z0-9_\u4e00-\u9fff\-]))(?![我你他她叫听是被让])(?:[\u4e00-\u9fff]{2,5}(?:爸|妈|爷|奶|姑|姨|舅|叔|姐|哥)-[\u4e00-\u9fff0-9]{2,6}?(?=[的说讲发还就，。！？,!? \n]|$)|[\u4e00-\u9fff]{1,4}-[\u4e00-\u9fff]{2,4}(?:爸爸?|妈妈?|爷爷|奶奶|姑姑)(?=[的说讲发还就，。！？,!? \n]|$))"
)
"""As parents name themselves in a group: whose mother, a dash, and where from."""


def _adorned_handles(text: str) -> Found:
    """Names with pictures, dashes and asides in them, as people write them on platforms."""
    for found in _kin_in_group.finditer(text) if "-" in text else ():
        yield Candidate(*found.span(), "handle", 2)
    if not (_ADORNMENT.search(text) or _PARTED.search(text)):
        return
    for word in _one_comes.finditer(text):
        run = _of_one.match(text, word.end(), word.end() + 26)
        if not run or text[run.start()] in "(-.·~^+" or _ASIDE.search(run[0]):
            continue
        start, stop = run.span()
        dressed = _ADORNMENT.search(run[0]) is not None
        told = dressed and word[0].endswith(_TELLS)
        if not told and not _starts_no_name.match(text, start):
            continue
        shapes = (_ADORNMENT, _PARTED) if word["sure"] else (_ADORNMENT,)
        last = max(
            (one.end() for shape in shapes for one in shape.finditer(text, start, stop)),
            default=0,
        )
        if last < start + 3:
            continue
        further = _goes_on.search(text, last, stop)
        end = further.start() if further else stop
        if end - last > 6 and not dressed:
            continue
        own = text[start : end if end - last <= 6 else last]
        if _NOT_A_HANDLE.match(own) or _OF_AN_OFFICE.search(own):
            continue
        if dressed or word[0].startswith("网名") or not _TALKS.search(own):
            yield Candidate(
                start, start + len(own), "handle", 2 if dressed or own[-1] == ")" else 1
            )


_ASIDE = re.compile(
    r"(?:不是|不对|误|笑|狗头|划掉|大概|也许|可能|真的|假的|比如|例如|含|包括|共|约|见)"
)
"""What a writer puts in brackets to himself: （不是）."""


_of_a_platform = re.compile(
    r"^(?:上|里|发|打卡|群|直播|通知|签到|曝光|考勤|视频|举报|账号|平台|学习|作业|课程)"
)


_of_an_account = re.compile(
    "抖音|dy|DY|豆音|西瓜视频|火山|皮皮虾|虎牙|斗鱼|网易云|全民|酷狗|Keep|keep|Soul|soul|陌陌|探探|咸鱼|美篇|简书|头条|王者荣耀|和平精英|吃鸡|原神|蛋仔|我的世界|迷你世界|光遇|英雄联盟|"
    "快手|微博|小红书|小紅書|B站|b站|哔哩哔哩|知乎|贴吧|视频号|公众号|钉钉|直播|闲鱼|豆瓣|支付宝|贊我|Line|line|LINE|Telegram|telegram|TG|tg|Twitter|twitter|推特|Instagram|instagram|Facebook|facebook|游戏|百度|"
    "网名|昵称|暱稱|微信名|网民|网友|用户名|账号|帐号|QQ名|ID|id|Id|uid|UID|Uid|uId|uiD|UId|UiD|uID|头像|备注|博主|主播|楼主|号主|群友|UP主|Up主|up主|uP主|小号|大号|新号|那个号|这个号|，号|,号|号叫|号是|的号|马甲|群里|群名片|战队|微信上|班里人|卖家|Steam|steam|店长|直播间|群名|群主|空间|王者|留言板|论坛|网上用|平台用|信箱用|微信搜|微信上搜|微信里搜|朋友圈叫|音乐|吧里|对方叫|的人叫|有个叫|一个叫|个人叫|那个叫|投稿号"
)
_ADORNED = frozenset("@_の丶ツ灬℡╰╭꧁〆")
_FRAMES = frozenset("╰╭꧁〆")
_picture = re.compile(_PICTURE)
_kana = re.compile("[\u3040-\u30ff]")


def handles(text: str) -> Found:
    """What somebody is called on a platform."""
    if (
        _ADORNED.isdisjoint(text)
        and not _of_an_account.search(text)
        and not _kana.search(text)
        and not _picture.search(text)
        and not _kin_in_group.search(text)
        and not _ADORNMENT.search(text)
    ):
        return
    yield from _platform_handles(text)
    yield from _quoted_handles(text)
    yield from _told_handles(text)
    yield from _adorned_handles(text)
    for shape in (_account, _known_handles, _quoted_nick, _called_account, _account_behind):
        for found in shape.finditer(text):
            if (
                found[1].isdigit()
                or _NOT_A_HANDLE.match(found[1])
                or _OF_AN_OFFICE.search(found[1])
            ):
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
