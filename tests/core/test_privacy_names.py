"""Names of people: by rules on the path of a message, by the readers for a finished text."""

import pytest

from bot.content.models import load_readers
from bot.core.privacy import Policy, read_ahead, redact


def read(text, **more):
    return [
        (text[span.start : span.end], span.type)
        for span in redact(text, load_readers(), **more).spans
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我叫曾一鸣，读三年级", [("曾一鸣", "name")]),
        ("班主任刘洋，数学王老师", [("刘洋", "name"), ("王", "titled_name")]),
        ("感谢欧阳老师和林小燕老师", [("欧阳", "titled_name"), ("林小燕", "name")]),
        ("户名谭小丽，收款人曹大强", [("谭小丽", "name"), ("曹大强", "name")]),
        ("学生艾力·买买提听不懂课", [("艾力·买买提", "name")]),
        ("教物理的于老师调走了", [("于", "titled_name")]),
        ("小张老师吼孩子", [("小张", "nickname")]),
        ("带头的是初三(5)班赵一山", [("初三(5)班赵一山", "class_identity")]),
        ("落款是一(1)班班主任简小丹", [("一(1)班班主任简小丹", "class_identity")]),
        ("我是初二9班费晓燕的爸爸", [("初二9班费晓燕的爸爸", "class_identity")]),
        ("打人的是六(2)班男生赵一山", [("六(2)班男生赵一山", "class_identity")]),
        ("白云小学三班阿依木她们没课上", [("白云小学三班阿依木", "class_identity")]),
        ("2022级3班木拉提·艾山的奖学金没发", [("2022级3班木拉提·艾山", "class_identity")]),
        ("一1班邵老师是好人", [("一1班邵老师", "class_identity")]),
        ("简小丹（初一4班）去找过", [("简小丹（初一4班）", "class_identity")]),
        ("三班班费没公示，领导班子不管", []),
        ("汪子涵打人，我找子涵的家长，汪子涵还笑", [("汪子涵", "name"), ("子涵", "name"), ("汪子涵", "name")]),
        ("余明德，六十岁，退休了", [("余明德", "name")]),
        ("学生吐尔逊·阿不力孜听不懂课", [("吐尔逊·阿不力孜", "name")]),
        ("补课的是zhang weimin，收一百", [("zhang weimin", "name")]),
        ("会计方某某和出纳吴某说不清", [("方某某", "nickname"), ("吴某", "nickname")]),
        ("外教Emily Stone不来上课", [("Emily Stone", "name")]),
        ("打人的是王 浩 然，初二的", [("王 浩 然", "name")]),
        ("参与打架的学生：1. 何苗 2. 田野 3. 路遥", [("何苗", "name"), ("田野", "name"), ("路遥", "name")]),
        ("我妹妹萨日娜的电话打不通", [("萨日娜", "name")]),
        ("本人高原，1991年参加工作", [("高原", "name")]),
        ("我叫仁青，是村里的", [("仁青", "name")]),
        ("村民次仁平措，158 9300 1122", [("次仁平措", "name"), ("158 9300 1122", "phone")]),
        ("收藏人：尉迟明轩。", [("尉迟明轩", "name")]),
        ("语文 时光 98\n语文 安然 61\n语文 江河 73", [("时光", "name"), ("安然", "name"), ("江河", "name")]),
    ],
)  # fmt: skip
def test_names_are_found(text, found):
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "向学校反映过，家长都说好，老师任何时候都和气",
        "双胞胎同在一班，常年第一，周五周六都补课",
        "关于老师待遇，由于编制，对于教师职称",
        "建设路、黄河小学、石家庄、张家界",
        "学习张桂梅，背诵李白，讲《孔乙己》",
        "班主任太累，校长信箱没人看，家长车停门口",
        "老师方法简单，何必发火，何时才能改",
        "希望各位老师多关心学生，明明是老师错了",
        "门口叫车很难，叫来服务员，我来迟了，司机乱开价",
        "房间太小。旺季还涨价，他们携程网不管",
        "菜单：白菜 3元，黄瓜 2元，金针菇 5元",
        "这种老师不多，各种老师都有，某种主任作风，一种校长",
        "请个武术教练，来个书法老师，把不会的都教教",
    ],
)
def test_everyday_words_are_no_names(text):
    assert redact(text, load_readers()).text == text
    assert redact(text).text == text


def test_a_title_keeps_standing_where_its_family_name_goes():
    assert redact("王老师好", None).text == "〔姓〕老师好"
    assert redact("王老师好", None, policy=Policy(titled=False)).text == "王老师好"


def test_known_names_are_always_masked():
    assert redact("高升说了算，高升不听", known=["高升"]).text == "〔姓名〕说了算，〔姓名〕不听"


def test_a_name_sent_in_two_messages_is_one_name():
    text = "打我孩子的叫汪子\n涵，初三的"
    assert "涵" not in redact(text, load_readers()).text


def test_traditional_script_is_read_too():
    assert "劉志遠" not in redact("舉報劉志遠老師體罰學生", load_readers()).text


@pytest.mark.parametrize("piece", ["王老师的", "二（5）班朵朵爸", "1 3 9 ", "a@a.", "三三三", "路1号", "我叫王", "http://", "《", "·买", "王 伟 ", "zhang ", "、王刚", "苑A座12", "某某王", "六3史", "三班那个", "彩虹三班的", "B站搜云", "╰☆", "叫云🌿", "苑2103", "村头第一", "1OOI", "san nian ji "])  # fmt: skip
def test_long_texts_take_linear_time(piece):
    """Ten thousand characters of what each pattern likes best: a pattern that goes back over its steps would hang."""
    text = (piece * 10_000)[:10_000]
    assert redact(text).text is not None


def test_a_long_text_is_read_to_its_end():
    text = "学校的食堂很好。" * 300 + "我叫曾一鸣。"
    assert read(text) == [("曾一鸣", "name")]


TOGETHER = (
    "我叫曾一鸣，读三年级。班主任刘洋，数学王老师！",
    "食堂的饭菜总是凉的",
    "打人的是王 浩 然，初二的",
    "学生艾力·买买提听不懂课；感谢欧阳老师和林小燕老师",
    "",
    "汪子涵打人，我找子涵的家长，汪子涵还笑" * 9,
    "语文 时光 98\n语文 安然 61\n语文 江河 73",
)


def test_texts_read_side_by_side_lose_the_names_that_each_of_them_loses_alone():
    readers = load_readers()
    ahead = read_ahead(TOGETHER * 20, readers)
    alone = [redact(text, readers) for text in TOGETHER]
    assert [redact(text, ahead) for text in TOGETHER] == alone
    assert sum(len(one.spans) for one in alone) > 20


def test_a_text_that_was_not_read_ahead_is_read_when_it_is_asked_for():
    ahead = read_ahead(("食堂的饭菜总是凉的",), load_readers())
    assert (
        redact("余明德，六十岁，退休了", ahead).text
        == redact("余明德，六十岁，退休了", load_readers()).text
    )
    assert "余明德" not in redact("余明德，六十岁，退休了", ahead).text
