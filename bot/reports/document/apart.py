"""Papers for other eyes than the digest's: what concerns one leader, and what concerns the team that leads."""

from collections.abc import Mapping

from bot.core.digest import Digest, PersonalFile
from bot.reports.document.weekly import masthead, title, verbatim
from bot.reports.document.writing import Writing
from bot.reports.words import Words


def personal(file: PersonalFile, texts: Mapping[str, str]) -> bytes:
    """The file for one responsible person: words only, so that nobody can be found by time, group or channel."""
    words = Words(texts)
    name = words.say("personal.title", unit=file.unit_name)
    paper = Writing(words, title=name, made=file.closes)
    paper.add("AnnexMark", words.say("personal.secret"))
    paper.add("Normal")
    title(paper, words, name)
    paper.add(
        "Mark", words.say("personal.from", office=file.office, day=words.full_day(file.closes))
    )
    paper.add("Normal")
    paper.add("BodyText", words.say("personal.intro", n=len(file.texts)))
    if file.often:
        names = words.join(
            words.say("personal.often_one", name=count.code, n=count.number)
            for count in file.often
        )
        paper.add("BodyText", words.say("personal.often", names=names))
    for at, text in enumerate(file.texts, 1):
        paper.add("BodyText", words.say("personal.entry", number=at, text=text))
    paper.add("Normal")
    paper.add("BodyText", words.say("personal.next_to", unit=file.unit_name))
    return paper.bytes()


def team(digest: Digest, texts: Mapping[str, str]) -> bytes:
    """The notice for all members of the leading team: what was said about the team, and nothing about one of them."""
    words = Words(texts)
    about = [entry for entry in digest.entries if entry.about == "班子"]
    name = words.say("team.title", number=digest.number)
    paper = Writing(words, title=name, made=digest.key)
    masthead(paper, words, digest, words.say("team.name"))
    title(paper, words, name)
    paper.add("Normal")
    told = words.say("team.intro", n=len(about)) if about else words.say("team.none")
    paper.add("BodyText", told)
    verbatim(paper, words, about)
    return paper.bytes()
