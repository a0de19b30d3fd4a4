"""What is masked, what stays, and that nothing else is touched."""

from itertools import pairwise
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.privacy import PLACEHOLDERS, clean, redact


def masked(text):
    return [(text[span.start : span.end], span.type) for span in redact(text).spans]


@pytest.mark.parametrize(
    ("text", "what", "type"),
    [
        ("打我电话13907312244", "13907312244", "phone"),
        ("联系１３９０７３１２２４４谢谢", "１３９０７３１２２４４", "phone"),
        ("139 0731 2244", "139 0731 2244", "phone"),
        ("139-0731-2244随时", "139-0731-2244", "phone"),
        ("+86 139 0731 2244", "+86 139 0731 2244", "phone"),
        ("8613907312244", "8613907312244", "phone"),
        ("1 3 9 0 7 3 1 2 2 4 4", "1 3 9 0 7 3 1 2 2 4 4", "phone"),
        ("我是幺三九零七三幺二二四四", "幺三九零七三幺二二四四", "phone"),
        ("一三九 零七三一 二二四四", "一三九 零七三一 二二四四", "phone"),
        ("①③⑨⓪⑦③①②②④④打这个", "①③⑨⓪⑦③①②②④④", "phone"),
        ("139\u200b0731\u200b2244", "139\u200b0731\u200b2244", "phone"),
        ("1️⃣3️⃣9️⃣07312244", "1️⃣3️⃣9️⃣07312244", "phone"),
        ("座机0731-85550123", "0731-85550123", "phone"),
        ("(0731)85550123转806", "(0731)85550123转806", "phone"),
        ("办公室电话85550123", "85550123", "phone"),
        ("香港打+852 9123 4567", "+852 9123 4567", "phone"),
        ("澳门+853-6612-3456", "+853-6612-3456", "phone"),
        ("台湾手机0912-345-678", "0912-345-678", "phone"),
        ("身份证11010519491231002X", "11010519491231002X", "id_card"),
        ("11010519491231002x就是我", "11010519491231002x", "id_card"),
        ("110105 19491231 002X", "110105 19491231 002X", "id_card"),
        ("身份证号是430102198001011234这个", "430102198001011234", "id_card"),
        ("卡号6222021202012345675", "6222021202012345675", "bank_card"),
        ("6222 0212 0201 2345 675", "6222 0212 0201 2345 675", "bank_card"),
        ("写信到wang.li_88@163.com", "wang.li_88@163.com", "email"),
        ("我邮箱ceshi2008@qq点com", "ceshi2008@qq点com", "email"),
        ("发ｃｅｓｈｉ＠１６３．ｃｏｍ", "ｃｅｓｈｉ＠１６３．ｃｏｍ", "email"),
        ("加微信mama_2015聊", "mama_2015", "wechat"),
        ("VX：lan99887", "lan99887", "wechat"),
        ("薇信号qingqing77", "qingqing77", "wechat"),
        ("＋V ceshi_001", "ceshi_001", "wechat"),
        ("维x信wxid_8k3js9d2", "wxid_8k3js9d2", "wechat"),
        ("QQ：283746556", "283746556", "qq"),
        ("扣扣2837 46556", "2837 46556", "qq"),
        ("企鹅号是283746556", "283746556", "qq"),
        ("车牌湘A·8K3Z9停在门口", "湘A·8K3Z9", "plate"),
        ("湘AD12345绿牌", "湘AD12345", "plate"),
        ("教练车湘B2233学", "湘B2233学", "plate"),
        ("苏e05ev7", "苏e05ev7", "plate"),
        ("粤Z1234港", "粤Z1234港", "plate"),
        ("看https://example.cn/a?b=1。", "https://example.cn/a?b=1", "url"),
        ("网址www.example.com/x，你看", "www.example.com/x", "url"),
        ("抖音号 laoshi_66k", "laoshi_66k", "handle"),
        ("@清风徐来 你看看", "@清风徐来", "handle"),
        ("我家住在天心区书院路9号2栋3单元401，晚上吵", "天心区书院路9号2栋3单元401", "address"),
        ("寄到和平小区5栋1203室", "和平小区5栋1203室", "address"),
        ("我们是青石村七组的", "青石村七组", "address"),
        (
            "家在梧桐里社区东风巷17号2栋3单元602室，晚上吵",
            "梧桐里社区东风巷17号2栋3单元602室",
            "address",
        ),
        ("租的房子在翠湖天地3期12栋2单元1501", "翠湖天地3期12栋2单元1501", "address"),
        ("他租在菜场后面的幸福里11号", "幸福里11号", "address"),
        ("家里座机 0746—6321 558 没人接", "0746—6321 558", "phone"),
        ("打一三九，零零一八，二七六五", "一三九，零零一八，二七六五", "phone"),
        ("我的VX搜 zhangsan886", "zhangsan886", "wechat"),
        ("收钱的微信名叫“一米阳光”，说是家委", "一米阳光", "handle"),
        ("家里座机 0 7 4 6—6 3 2 1 5 5 8，晚上打", "0 7 4 6—6 3 2 1 5 5 8", "phone"),
        ("请打0746.6321.558找我", "0746.6321.558", "phone"),
        ("我手机139—0—7—3—1224—4", "139—0—7—3—1224—4", "phone"),
        ("电话13O-0731-22O4说", "13O-0731-22O4", "phone"),
        ("手机+86(0)139-0731-2244", "+86(0)139-0731-2244", "phone"),
        ("身份证430102********1234这位", "430102********1234", "id_card"),
        ("写到 ce shi . ma @ 163 . com 也行", "ce shi . ma @ 163 . com", "email"),
        ("微❤信ceshi_66y聊", "ceshi_66y", "wechat"),
        ("微信同手机Ceshi_15287", "Ceshi_15287", "wechat"),
        ("班牌上胸牌号00731那位", "00731", "other_id"),
        ("抖音上有个号，小号叫蓝莓不加糖，天天发", "蓝莓不加糖", "handle"),
        (
            "租在青云区小满街道望月路9号附1号7-3，漏水",
            "青云区小满街道望月路9号附1号7-3",
            "address",
        ),
        ("营地在松果林场场部3号院，去晚了", "松果林场场部3号院", "address"),
        ("我家住在锦瑟里6号楼2单元三零一，没电梯", "锦瑟里6号楼2单元三零一", "address"),
        ("老师加我用的是 qiu_xiaoma8 这个号，说先转钱", "qiu_xiaoma8", "wechat"),
        ("微信收款，他的号是 wj-shuxue77，一科180", "wj-shuxue77", "wechat"),
        ("问她薇芯lemon.1990，别打电话", "lemon.1990", "wechat"),
        ("企业微信是Coco_升学顾问，离职了", "Coco_升学顾问", "wechat"),
        ("QQ昵称“讲台”，号 1 0 7 2 2 9 3 6 4 4，一对多", "1 0 7 2 2 9 3 6 4 4", "qq"),
        ("qq给你 3390071264 别告诉别人", "3390071264", "qq"),
        ("我发在抖音了（@骑车的小号兵）没人管", "@骑车的小号兵", "handle"),
        ("照片在小红书 果果娘在赶路，看看", "果果娘在赶路", "handle"),
        ("发布的账号是@不吃葱の琪。四天了", "@不吃葱の琪", "handle"),
        (
            "家住望春路218号锦绣苑6栋2单元1103室，2020年买的",
            "望春路218号锦绣苑6栋2单元1103室",
            "address",
        ),
        ("房子是阳光里二期B4-1801，全款买的", "阳光里二期B4-1801", "address"),
        ("皮家湾12号这边设不设站", "皮家湾12号", "address"),
        ("跟着到清河坊7号院3单元门口", "清河坊7号院3单元", "address"),
        (
            "楼上是汴南街道南关新村甲8号楼五层东户，吵",
            "汴南街道南关新村甲8号楼五层东户",
            "address",
        ),
        ("收在滨湖大道356号银座B塔1912室那里", "滨湖大道356号银座B塔1912室", "address"),
        ("去他表姐开的班，金水岸B座1704，收现金", "金水岸B座1704", "address"),
        ("人躲在云龙湖壹号院7-1-901，保安知道", "云龙湖壹号院7-1-901", "address"),
        ("登记在儋州市那大镇文化北路9巷6号", "儋州市那大镇文化北路9巷6号", "address"),
        ("东关大街佳和广场C座1407挂着牌子", "东关大街佳和广场C座1407", "address"),
        ("我住榕园学生宿舍C3-214的4床，潮", "榕园学生宿舍C3-214的4床", "address"),
        (
            "家住教育局老家属院东楼二门四层左手，腿脚不便",
            "教育局老家属院东楼二门四层左手",
            "address",
        ),
        ("存于文昌街老文化馆宿舍2幢302室", "文昌街老文化馆宿舍2幢302室", "address"),
        ("北苑宿舍2号楼叁零柒没暖气", "北苑宿舍2号楼叁零柒", "address"),
        (
            "石塘村委会往西第二个岔路口那间红砖屋没人",
            "石塘村委会往西第二个岔路口那间红砖屋",
            "address",
        ),
        ("三年A班林柏睿媽媽，請問", "三年A班林柏睿媽媽", "class_identity"),
        ("四年级转学生骆星遥妈妈问", "四年级转学生骆星遥妈妈", "class_identity"),
        ("向日葵中班果丹皮妈妈说句公道话", "向日葵中班果丹皮妈妈", "class_identity"),
        ("群名片“五8-车晓棠-爸爸”", "五8-车晓棠-爸爸", "class_identity"),
        (
            "满天星幼儿园小小班 糯米团子妈：能带奶吗",
            "满天星幼儿园小小班 糯米团子妈",
            "class_identity",
        ),
        ("就是四年级二班那个总穿校服的男孩", "四年级二班那个总穿校服的男孩", "class_identity"),
        ("初二3班休学的那个女生，是我", "初二3班休学的那个女生", "class_identity"),
        ("换掉七年级14班班主任，早上踹门", "七年级14班班主任", "class_identity"),
        ("小学部1.6班一一的干妈拍的", "小学部1.6班一一的干妈", "class_identity"),
        ("电话 十八八 七四二六 〇三九五，望核", "十八八 七四二六 〇三九五", "phone"),
        ("加一下我扣：四八一 七七零 九三六", "四八一 七七零 九三六", "qq"),
        ("留个鹅号26 4471 803", "26 4471 803", "qq"),
        ("绿泡泡 xuewei-anuo66，先交定金", "xuewei-anuo66", "wechat"),
        ("私我V❤ moli-ma0304", "moli-ma0304", "wechat"),
        ("车牌豫B·三九七二零停在校门", "豫B·三九七二零", "plate"),
        ("B站UP主“阿凯讲高数呀”卖题", "阿凯讲高数呀", "handle"),
        ("女儿手机里一个叫“深海有光”的（小红书私信）", "深海有光", "handle"),
        ("我网名风吹麦浪在人间，真名不便", "风吹麦浪在人间", "handle"),
        ("搜KK街舞_大志老师，收完年卡就搬了", "KK街舞_大志老师", "handle"),
        ("视频号侯门书香堂、天天卖课", "侯门书香堂", "handle"),
        ("抖音里骂我，uid 50928813377", "50928813377", "handle"),
        ("卓某军又拿皮带抽人", "卓某军", "name"),
        ("五年级1班车小宇家长", "五年级1班车小宇家长", "class_identity"),
        ("一年级6班小石榴妈妈请问", "一年级6班小石榴妈妈", "class_identity"),
        ("毛毛虫班豆包姥姥反映", "毛毛虫班豆包姥姥", "class_identity"),
        ("高二12班化学科代表的家长，请快点", "高二12班化学科代表的家长", "class_identity"),
        ("我是高二7班班主任，说两句", "高二7班班主任", "class_identity"),
        ("三1班妈妈说两句", "三1班妈妈", "class_identity"),
        ("二（5）班朵朵爸", "二（5）班朵朵爸", "class_identity"),
        ("四年级3班小宇妈妈反映", "四年级3班小宇妈妈", "class_identity"),
        ("我是三（2）班家长", "三（2）班家长", "class_identity"),
        ("我家孩子在初二(4)班，坐最后", "初二(4)班", "class_identity"),
        ("六·二班体育课代表早上晕倒", "六·二班体育课代表", "class_identity"),
        ("8-3班Nina妈妈问校车", "8-3班Nina妈妈", "class_identity"),
        ("G5-1班音乐老师走了", "G5-1班音乐老师", "class_identity"),
        ("五—二班的英语老师没来", "五—二班的英语老师", "class_identity"),
        ("二〈6〉班班主任罚站", "二〈6〉班班主任", "class_identity"),
        ("预初4班物理老师点名", "预初4班物理老师", "class_identity"),
        ("五丙班家长一名，想问餐费", "五丙班家长一名", "class_identity"),
        (
            "三年级那个二班的闻小溪她外婆打的字",
            "三年级那个二班的闻小溪她外婆",
            "class_identity",
        ),
        ("七班（高二）宣传委员摔了", "七班（高二）宣传委员", "class_identity"),
        ("彩虹三班果冻奶奶说", "彩虹三班果冻奶奶", "class_identity"),
        ("22级护理4班辅导员没拿到补贴", "22级护理4班辅导员", "class_identity"),
        ("幼保2204班班主任一人管两层", "幼保2204班班主任", "class_identity"),
        ("八年级2班我家闺女不吃饭", "八年级2班我家闺女", "class_identity"),
        ("四（1）班曹家双胞胎走两里路", "四（1）班曹家双胞胎", "class_identity"),
        ("凭什么实验二班唐主任的侄子能进来", "实验二班唐主任的侄子", "class_identity"),
        ("初二（5）班的“馒头”又挨打", "初二（5）班的“馒头”", "class_identity"),
        ("三（6）班最瘦那个女娃卡住了", "三（6）班最瘦那个女娃", "class_identity"),
        ("五（1）班那个插班生，啪，挂了", "五（1）班那个插班生", "class_identity"),
        ("我家苹果班的芋头，坐了三周", "苹果班的芋头", "class_identity"),
        ("六3闻小溪家长提个小建议", "六3闻小溪家长", "class_identity"),
        ("二（2）中队中队长他爸问足球课", "二（2）中队中队长他爸", "class_identity"),
        ("四年级（3）班他数学老师笑话人", "四年级（3）班他数学老师", "class_identity"),
        (
            "wo shi san nian ji er ban de jia zhang, duo xie",
            "san nian ji er ban de jia zhang",
            "class_identity",
        ),
        ("她现在读五年级4班，成绩中上", "五年级4班", "class_identity"),
        ("一1班葵花老师休假，葵花班 小柿子妈：被子呢", "葵花班 小柿子妈", "class_identity"),
        ("我家老二在大四班，午睡没床", "大四班", "class_identity"),
        ("小女读初三（2）班，走读", "初三（2）班", "class_identity"),
        ("家有一娃在五（4）班。", "五（4）班", "class_identity"),
        ("六（5）班，孩子叫闻小溪", "六（5）班", "class_identity"),
        ("四年级六班孩子的妈妈想问", "四年级六班孩子的妈妈", "class_identity"),
        ("电子商务3班宿舍长说", "电子商务3班宿舍长", "class_identity"),
        ("知乎用户山风又吹起说的", "山风又吹起", "handle"),
        ("视频号山风讲数学在卖课", "山风讲数学", "handle"),
        ("群主“山风”踢人", "山风", "handle"),
        ("我家就在槐花路口第二家理发店楼上", "槐花路口第二家理发店楼上", "address"),
        ("宿舍在3号公寓517，没热水", "3号公寓517", "address"),
        (
            "深圳市云华區槐花街道柳北村25巷9號轉學",
            "深圳市云华區槐花街道柳北村25巷9號",
            "address",
        ),
        ("群里那个傍晚的风铃草🌿B0412是谁", "傍晚的风铃草🌿B0412", "handle"),
        ("QQ空间名字╰☆旧时光☆╮，发这个", "╰☆旧时光☆╮", "handle"),
        ("我在论坛用山那边的云发过两回", "山那边的云", "handle"),
        ("钉钉上我叫9栋的柚子皮，没人回", "9栋的柚子皮", "handle"),
        ("闲鱼卖卷子，卖家阿枣的旧货铺，三块一份", "阿枣的旧货铺", "handle"),
        ("网名叫雨后的小站台🍄，天天发", "雨后的小站台🍄", "handle"),
        ("卖家旧书摊阿七📚不退不换，三块一份", "旧书摊阿七📚不退不换", "handle"),
        ("对方叫野鹤/不问归期，约她见面", "野鹤/不问归期", "handle"),
        ("群里有个人叫山脚下的老猫^_^，天天吵", "山脚下的老猫^_^", "handle"),
        ("有一个叫春风小巷317的收钱", "春风小巷317", "handle"),
        ("昵称河边看灯（城北）的那位", "河边看灯（城北）", "handle"),
        ("我听豆豆妈-4栋说的", "豆豆妈-4栋", "handle"),
        ("发帖的号3 0 8 1 7 7 2 4 5，删了", "3 0 8 1 7 7 2 4 5", "qq"),
        ("让加扣群主381 207 4416", "381 207 4416", "qq"),
        ("加了她威心yeying_0831_，还说", "yeying_0831_", "wechat"),
        ("学号2021-0417-33那份", "2021-0417-33", "other_id"),
        ("妈妈那头139 0152 33 47 6打不通", "139 0152 33 47 6", "phone"),
        ("英文名Mira Solen Tao，请改", "Mira Solen Tao", "name"),
        ("发到快手灰灰狼她姥爷，涨粉了", "灰灰狼她姥爷", "handle"),
        ("B站up主物理老何不老就是咱校的", "物理老何不老", "handle"),
        ("抖音搜涨分哥在桥头就是他", "涨分哥在桥头", "handle"),
        ("收款显示*桂兰-发财2010，不是学校", "*桂兰-发财2010", "nickname"),
        ("给槐花巷6号前头换个灯", "槐花巷6号前头", "address"),
        ("查到家里，安福里2103，先数牙刷", "安福里2103", "address"),
        ("接送点在老车站对面第四家，有雨棚", "老车站对面第四家", "address"),
        ("借住梅子坳村委会后头二楼西间", "梅子坳村委会后头二楼西间", "address"),
        ("校长自己云栖国际C区7号别墅装地暖", "云栖国际C区7号别墅", "address"),
        ("女寝5栋402漏水", "女寝5栋402", "address"),
        ("东山邨福樂樓9樓903室漏水", "東山邨福樂樓9樓903室".replace("東", "东"), "address"),
        ("打我电话13OO731224I，键盘坏了", "13OO731224I", "phone"),
        ("旧号139●0731●2244打不通", "139●0731●2244", "phone"),
        ("我的号一三九、零七三一、二二四四", "一三九、零七三一、二二四四", "phone"),
    ],
)
def test_an_identity_is_masked_exactly(text, what, type):
    assert (what, type) in masked(text)
    assert what not in redact(text).text


@pytest.mark.parametrize(
    "text",
    [
        "拨打12345没人接，12355、12315、110也一样，400-810-8888也不通",
        "1号楼302和2栋西单元的水管爆了三回，3号楼507到512共用一个水龙头",
        "三班的爸爸修空调，四班的妈妈讲故事，两种班可否由家长自己勾选",
        "在钉钉里回“收到”，群里问“谁家不困难请举手”，公众号投票6次",
        "群里别再@人了行不行，谁@谁扫地",
        "教学楼B座302教室的投影坏了，实验楼2栋405也是",
        "我在服装厂干了二十二年，厕所拐角多转转 坏事都在那",
        "依据 www.moe.gov.cn 上的文件",
        "三年级4班 语文8:00 数学9:10，二年级3班 体育10:20；跑道400米，跳绳1-2-300个",
        "初三5班全体家长要求公开合同，家长们都想知道",
        "连老师都在刷手机，向老师反映要排队，于老师而言是小事",
        "娃陆陆续续吐了，家家户户都问",
        "应用题里的小明又在放水，小红书上看到的",
        "王老吉、旺仔、康师傅能卖吗，张小泉剪刀是假的",
        "一组演荆轲，一组演秦王",
        "游戏启动（不是）想问几号，公众号“向阳小学发布”搜不到",
        "去建国路18号政务中心2楼7号窗口",
        "托班别叫娃学拼音，群里叫“自主学习”的课",
        "3-5天、5-6年级、第4-6名都行，四6级考试",
        "政办发〔2014〕4号和教基〔2023〕12号文件",
        "ISBN 9787107123456的练习册，定价12.80元",
        "订单号20230915123456789012还没退款",
        "分数是135 98 97 88 76，平均98.8",
        "2014年3月28日15:00到17:30开会，第12周",
        "经费15800000000元，去年13500000000元",
        "初一(12)班换了三个老师，三班和四班也一样",
        "三班的家长们都反对",
        "中山路小学门口堵，8路公交不停，2号线没到",
        "3号教学楼2楼厕所没水，5栋宿舍也是",
        "周一到周五，每天6:20到校，22:40下课",
        "床前明月光，疑是地上霜。举头望明月，低头思故乡。",
        "价格：黄瓜 3.5，土豆 2.8，五花肉 13 14 15",
        "def f(x): return x[1:3] + {'a': 10_000}",
        "😀👍🏻 好的",
        "@全体成员 明天交",
        "",
    ],
)
def test_what_is_no_identity_stays(text):
    assert redact(text).text == text


def test_a_number_is_one_finding_even_where_others_fit_inside():
    assert [type for _, type in masked("6222 0800 3168 4275 672")] == ["bank_card"]
    assert [type for _, type in masked("卡号6222 0800 3168 4275 675")] == ["bank_card"]


words = st.text(
    st.sampled_from(
        "我家住在三（2）班朵朵爸妈妈路号栋1390731224X电话微信QQ@a.comv湘A，。 \n\u200b１３幺零村组王老师"
    ),
    max_size=60,
)


@given(words)
def test_everything_outside_the_spans_stays_to_the_character(text):
    result = redact(text)
    rebuilt, at = "", 0
    for span in result.spans:
        assert at <= span.start < span.end <= len(text)
        rebuilt += text[at : span.start] + PLACEHOLDERS[span.type]
        at = span.end
    assert result.text == rebuilt + text[at:]


@given(words)
def test_masking_what_is_masked_finds_no_number_again(text):
    once = redact(text).text
    twice = {span.type for span in redact(once).spans}
    assert not twice & {"phone", "id_card", "bank_card", "email", "url"}


@given(st.text(max_size=80))
def test_clean_is_stable_and_leaves_no_invisible_character(text):
    result = clean(text)
    assert clean(result) == result
    assert not set(result) & set("\u200b\u200e\u202e\ufeff\ufe0f\x00\r\u3000")


shapes = st.lists(
    st.one_of(
        st.sampled_from(
            "三年级 二（5）班 小核桃 -妈 那个坐轮椅的 男孩 向日葵班 5栋 B座 1704 7-1-901 路9号 宿舍 柳林村 三组 家住 那间 平房 "  # noqa: SIM905 - reads as words
            "抖音 网名 小号叫 “深海” @阿雷 の _ 扣Q 26 4471 803 薇❤ 4-3 六3 我家 有个 小个子 彩虹 ╰☆ 🌿 B站搜 王者里 粮站对面第 苑2103 连老师都 V moli-ma03 豫B· 三九七 K2 幺三九 十八八 〇 的 ， 。 \n".split()
        ),
        st.text("三班栋号村0-_@小妈住", max_size=3),
    ),
    max_size=14,
).map("".join)


@given(shapes)
def test_pieces_of_identities_in_any_order_leave_the_rest_in_its_place(text):
    spans = redact(text).spans
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(0 <= one.start < one.end <= len(text) for one in spans)


@given(shapes.filter(bool), st.sampled_from([400, 800]))
@settings(max_examples=15, deadline=None)
def test_a_hostile_repetition_takes_no_more_than_linear_time(piece, times):
    def seconds(text):
        began = thread_time()
        redact(text)
        return thread_time() - began

    once = (piece * 4000)[: 10 * times]
    assert seconds(once + once) < 6 * seconds(once) + 0.3


def test_clean_keeps_words_and_line_ends():
    assert clean("第一行\r\n第二行\u3000完e\u0301") == "第一行\n第二行 完é"
