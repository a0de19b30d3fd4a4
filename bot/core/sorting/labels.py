"""From the cues found in an opinion to its labels."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from bot.core.sorting.leaders import Leader, named
from bot.core.sorting.taxonomy import Findings, Taxonomy

if TYPE_CHECKING:  # so that a start without a model does not wait for numpy
    from bot.core.sorting.model import Model

Ask = Literal["问效", "问怨", "问症", "问需", "问策"]
Kind = Literal["complaint", "suggestion", "question", "praise"]
About = Literal["班子", "个人", "一般"]

UNCLASSIFIED = "qita"
LEAST = 2
"""A topic or a danger for which less speaks is no suggestion: a weak cue only helps."""
SECOND = 0.45
"""A second topic is named when it has this share of the first one's weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What the machine suggests about one opinion."""

    topic: str
    topics: tuple[str, ...]
    """Best first; one or two."""
    sifeng: tuple[str, ...]
    ask: Ask
    kind: Kind
    urgent: bool
    leader_mention: bool
    about: About
    why: Mapping[str, tuple[str, ...]]
    """Each label that was given, with the words that caused it."""
    sizhi: tuple[str, ...] = ()
    """四治四兴."""
    tags: tuple[str, ...] = ()
    """Problem lists, special campaigns, and 四查四治 once an office has filled it."""
    dangers: tuple[str, ...] = ()
    """What makes it urgent: self_harm, bullying, abuse, safety, corruption."""
    elsewhere: bool = False
    """No matter of schools: to be passed on (转办)."""
    abusive: bool = False
    leaders: tuple[Leader, ...] = ()
    """Who of the roster is spoken of."""
    pointing: tuple[str, ...] = ()
    """Words by which the writer may be recognised."""
    confidence: float = 0.0
    """0 to 1: how far ahead the first topic is. The office sees the doubtful ones first."""

    def as_plain(self) -> dict[str, Any]:
        """What is kept of it, ready for JSON."""
        return {name: getattr(self, name) for name in _KEPT}


_KEPT = tuple(field.name for field in fields(Labels))

SURE = 0.12
"""The share below which a model names no topic: three times an even guess, or a mere "fine" would be about something."""
SECOND_SHARE = 0.1
"""A second topic is named when it has this part of the first one's share."""
DANGER = 0.15
"""The share from which a text is urgent: a miss is a child. What is usual is 0.06. What only a cue says is heard by the
model among the rest: 高年级, 过敏 and 流鼻血 stand in many a harmless wish."""
FAULT = 0.25
"""The share from which one of the 四风 is named though no cue says so, and below `NO_FAULT` not even then."""
NO_FAULT = 0.18
BY_CUES = {"kind": 0.02, "ask": 0.02}
"""What the cues' own choice weighs beside a model's shares."""


def cues_in(taxonomy: Taxonomy, text: str) -> dict[str, float]:
    """What cues say of a text, as a model wants to hear it."""
    return _spoken(taxonomy, *taxonomy.find(taxonomy.fold(text)))


def _spoken(taxonomy: Taxonomy, folded: str, found: Findings) -> dict[str, float]:
    return {
        f"{group}:{code}": float(weight)
        for (group, code), weight in zip(taxonomy.labels, found.weights, strict=True)
        if weight and group != "grave"
    } | _marks(folded)


def _marks(folded: str) -> dict[str, float]:
    """What is not written in characters: how it is pointed, how long it is, whether it lists."""
    marks = {f"mark:{mark}": float(folded.count(mark)) for mark in _MARKS if mark in folded}
    if _asks_last.search(folded):
        marks["mark:asks last"] = 2.0
    if _lists.search(folded):
        marks["mark:lists"] = 1.0
    if not _pointed.search(folded):
        marks["mark:not pointed"] = 1.0
    if pleas := len(_pleads.findall(folded)):
        marks["mark:pleads"] = min(8.0, 2.0 * pleas)
    if _calms.search(folded):
        marks["mark:calms"] = 3.0
    return marks | {f"mark:length {min(7, (len(folded) + 1).bit_length())}": 1.0}


_MARKS = ("？", "?", "！", "!", "~", "…", "“", "\n")
_asks_last = re.compile(r"[?？][^?？。！!]*$")
_lists = re.compile(r"[一二三1-3][、.]")
_pointed = re.compile(r"[。，！？,.!?]")
_pleads = re.compile(
    r"求求|求你|求您|马上|立刻|立即|赶紧|赶快|火速|快[来去派看救管拦找叫]|尽快派|救命|救救|救[他她我]|今晚|今夜"
    r"|现在就|派人|来人|报警|报了警|警察|派出所|公安|110|120|急诊|急救|抢救|住院|拜托|人命|来不及|再晚|再拖"
)
"""Who writes so wants somebody to come."""
_calms = re.compile(
    r"没(?:有)?(?:什么|啥)?(?:大)?(?:事|碍)|没出(?:过)?(?:事|岔子)|(?:没|没有|无)人?受?伤|没有人受伤|没(?:坏|伤|摔|扎|碰|烫|砸)"
    r"|和好|好了|幸好|幸亏|还好|虚惊|不严重|无碍|没危险|不是(?:有)?什么危险|不急|目前没|还没出|早就好|已经解决|玩笑|哈哈|预防|讲座|演练|培训"
)
"""Who writes so says that nothing happened, or no more."""


_HAN = re.compile(r"[\u3400-\u9fff]")


def classify(
    taxonomy: Taxonomy, text: str, model: "Model | None" = None, roster: Sequence[Leader] = ()
) -> Labels:
    """Every label of one opinion. A model adds what people decided before.

    `text` may be masked or not, but leaders of the roster are recognised only where they are not masked yet.
    """
    folded, found = taxonomy.find(taxonomy.fold(text))
    groups, weights = taxonomy.groups, found.weights
    if not _HAN.search(folded):  # a model that reads nothing deems everything equally likely
        model = None
    learned = model.read(folded, _spoken(taxonomy, folded, found)) if model else {}
    ranked = _learned(learned["topic"]) if model else _ranked(taxonomy, weights)
    topics = _topics(ranked, *((SURE, SECOND_SHARE) if model else (LEAST, SECOND)))
    kind = _kind({code: weights[label] for label, code in groups["kind"]})
    kind: Kind = _chosen(_KINDS, kind, learned.get("kind"), BY_CUES["kind"])
    ask: Ask = _ask({code: weights[label] for label, code in groups["ask"]}, kind)
    if kind != "praise":
        ask = _chosen(_ASKS, ask, learned.get("ask"), BY_CUES["ask"])
    blamed = kind != "praise"
    sifeng = tuple(
        code
        for label, code in groups["sifeng"]
        if blamed and _is_fault(weights[label], learned.get("sifeng", {}).get(code))
    )
    sizhi = tuple(code for label, code in groups["sizhi"] if blamed and weights[label])
    grave = {code for label, code in groups["grave"] if weights[label]}
    dangers = tuple(
        code for label, code in groups["urgent"] if weights[label] >= LEAST or code in grave
    )
    if "urgent" in learned and not grave:
        hinted = tuple(code for label, code in groups["urgent"] if weights[label])
        dangers = _weighed(dangers or hinted, learned["urgent"].get(URGENT, 0.0), topics[0])
    (body, _), (post, _) = groups["about"]
    spoken = bool(weights[post]) and not _only_greeted(taxonomy, folded, found, post)
    leaders = named(roster, folded) if roster else ()
    led = spoken or bool(weights[body]) or bool(leaders)
    given = {
        *topics,
        *sifeng,
        *sizhi,
        *dangers,
        kind,
        ask,
        *(("班子",) if weights[body] else ()),
        *(("post",) if spoken else ()),
    }
    why = _why(taxonomy, found, given)
    if leaders:
        why["leader_mention"] = (*(form for _, form in leaders), *why.get("leader_mention", ()))
    if model:
        why |= {
            code: model.words(folded, code)
            for code in topics
            if code not in why and code in model.codes and code != UNCLASSIFIED
        }
    return Labels(
        topic=topics[0],
        topics=topics,
        sifeng=sifeng,
        ask=ask,
        kind=kind,
        urgent=bool(dangers),
        leader_mention=led,
        leaders=tuple(leader for leader, _ in leaders),
        about="个人" if leaders else "班子" if weights[body] else "个人" if spoken else "一般",
        why=why,
        sizhi=sizhi,
        tags=tuple(
            code for label, code in (*groups["tag"], *groups["sicha"]) if weights[label]
        ),
        dangers=dangers,
        elsewhere=bool(weights[groups["elsewhere"][0][0]])
        and not any(word in folded for word in taxonomy.school),
        abusive=bool(weights[groups["abusive"][0][0]]),
        pointing=_pointing(found, groups["pointing"][0][0])
        if weights[groups["pointing"][0][0]]
        else (),
        confidence=_confidence(ranked),
    )


URGENT = "yes"
"""The code a model gives a text that cannot wait, in the group `urgent`."""

_DANGER_OF = {
    "qiling": "bullying", "shide": "abuse", "xueqian": "abuse", "guanli": "corruption",
    "zuofeng": "corruption", "kaoshi": "corruption", "buke": "corruption", "zizhu": "corruption",
    "bianzhi": "corruption", "shoufei": "corruption", "jiaofu": "corruption",
}  # fmt: skip
"""What is most likely the matter where only a model says that something is; else a danger to life."""


def _weighed(dangers: tuple[str, ...], share: float, topic: str) -> tuple[str, ...]:
    """What makes a text urgent, after a model was asked too."""
    return (dangers or (_DANGER_OF.get(topic, "safety"),)) if share >= DANGER else ()


def _is_fault(weight: int, share: float | None) -> bool:
    if share is None:
        return weight >= 2
    return share >= FAULT or (weight >= 2 and share >= NO_FAULT)


_Code = TypeVar("_Code", bound=str)


def _chosen(
    codes: tuple[_Code, ...], by_cues: _Code, shares: Mapping[str, float] | None, own: float
) -> _Code:
    """The code with the largest share, where what the cues chose has some in advance."""
    if shares is None:
        return by_cues
    return max(codes, key=lambda code: shares.get(code, 0.0) + own * (code == by_cues))


def _learned(shares: Mapping[str, float]) -> list[tuple[float, str]]:
    return sorted(((share, code) for code, share in shares.items()), key=_first, reverse=True)


def _ranked(taxonomy: Taxonomy, weights: list[int]) -> list[tuple[float, str]]:
    """The topics that something speaks for, best first; of equals the earlier in the files."""
    scores: dict[str, float] = {
        code: weights[label] for label, code in taxonomy.groups["topic"] if weights[label]
    }
    if len(scores) > 1:
        for code in [code for code in scores if code in taxonomy.over and scores[code] >= 3]:
            for weaker in taxonomy.over[code]:
                if weaker in scores and scores[weaker] <= 2 * scores[code]:
                    scores[weaker] *= 0.6
    return sorted(((score, code) for code, score in scores.items()), key=_first, reverse=True)


def _first(pair: tuple[float, str]) -> float:
    return pair[0]


def _topics(ranked: list[tuple[float, str]], least: float, second: float) -> tuple[str, ...]:
    if not ranked or ranked[0][0] < least:
        return (UNCLASSIFIED,)
    enough = max(least, ranked[0][0] * second)
    return tuple(code for score, code in ranked[:2] if score >= enough)


def _confidence(ranked: list[tuple[float, str]]) -> float:
    """How far the first is ahead, as a part of it; a single cue alone is half sure."""
    if not ranked or not ranked[0][0]:
        return 0.0
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    ahead = (ranked[0][0] - second) / ranked[0][0]
    return round(ahead * ranked[0][0] / (ranked[0][0] + 1) if ranked[0][0] > 1 else ahead, 2)


def _kind(score: Mapping[str, int]) -> Kind:
    praise, question, suggestion, complaint = (
        score["praise"], score["question"], score["suggestion"], score["complaint"],
    )  # fmt: skip
    if praise >= 3 and praise >= 0.7 * complaint and praise >= suggestion:
        return "praise"
    if question >= 3 and question >= 0.8 * suggestion and question >= 0.6 * complaint:
        return "question"
    if suggestion >= 3 and suggestion >= 0.5 * complaint:
        return "suggestion"
    return "complaint"


_ASK_OF: Mapping[Kind, Ask] = {
    "praise": "问效",
    "question": "问需",
    "suggestion": "问策",
    "complaint": "问怨",
}
_KINDS: tuple[Kind, ...] = ("praise", "question", "suggestion", "complaint")
_ASKS: tuple[Ask, ...] = ("问效", "问怨", "问症", "问需", "问策")


def _ask(score: dict[str, int], kind: Kind) -> Ask:
    if kind == "praise":
        return "问效"
    score[_ASK_OF[kind]] += 3
    best = max(score.values())
    return next(ask for ask in _ASKS if score[ask] == best)


def _only_greeted(taxonomy: Taxonomy, folded: str, found: Findings, post: int) -> bool:
    """Whether every leading post in it is only addressed: 尊敬的校长, 请局长…"""
    for word in [word for label, word in found.words if label == post]:
        at = folded.find(word)
        while at >= 0:
            if not folded[max(0, at - 3) : at].endswith(taxonomy.greeting):
                return False
            at = folded.find(word, at + 1)
    return True


def _pointing(found: Findings, label: int) -> tuple[str, ...]:
    return tuple(word for number, word in found.words if number == label)


def _why(taxonomy: Taxonomy, found: Findings, given: set[str]) -> dict[str, tuple[str, ...]]:
    why: dict[str, tuple[str, ...]] = {}
    for label, word in sorted(found.words):
        code = taxonomy.labels[label][1]
        if code in given:
            code = "leader_mention" if code == "post" else code
            why[code] = (*why.get(code, ()), word)
    return {code: _telling(words) for code, words in why.items()}


def _telling(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without single characters where longer words speak: by itself one of them explains little."""
    return tuple(word for word in words if len(word) > 1) or words
