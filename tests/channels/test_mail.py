"""Letters: what one looks like, what a server may say to it, and that nothing is said in the clear."""

from dataclasses import replace

import pytest

from bot.channels.base import Blocked, Rejected, Unreachable
from bot.channels.mail import Letters, find
from bot.core.messages import Address, File, Outgoing
from bot.settings import Mail
from tests.channels.postoffice import PASSWORD, PostOffice, certified, post_office
from tests.fakes import FixedClock

PLAIN = Mail(host="127.0.0.1", security="none", sender="office@school.example")
PAPER = Outgoing(
    address=Address(channel="mail", id="head@school.example"),
    text="【意见征集周报 第3期】\n本期回收370份。\n.\n末行",
    files=(File("digest.docx", b"PK\x03\x04 docx"), File("ledger.xlsx", b"PK\x03\x04 xlsx")),
    picture=b"\x89PNG",
    once="digest:2014-03-28:0011",
)


def letters(office: PostOffice, ours: Mail = PLAIN, **more) -> Letters:
    clock = FixedClock(1_395_990_001.0)
    return Letters(
        replace(ours, port=office.port), PASSWORD, clock, office="江城市教育局", **more
    )


async def test_a_letter_has_the_words_the_papers_and_one_reader():
    async with post_office() as office:
        await letters(office).send(PAPER)

    ((box, letter),) = office.taken
    assert box == letter["To"] == "head@school.example"
    assert letter["Subject"] == "【意见征集周报 第3期】"
    assert letter["From"] == "江城市教育局 <office@school.example>"
    assert letter["Date"] == "Fri, 28 Mar 2014 07:00:01 +0000"
    words = letter.get_body().get_content()
    assert words.replace("\r\n", "\n") == PAPER.text + "\n"
    assert [(a.get_filename(), a.get_content()) for a in letter.iter_attachments()] == [
        ("chart.png", b"\x89PNG"),
        ("digest.docx", b"PK\x03\x04 docx"),
        ("ledger.xlsx", b"PK\x03\x04 xlsx"),
    ]


async def test_the_same_letter_tried_again_has_the_same_name_and_the_same_bytes():
    async with post_office() as office:
        for _ in range(2):
            await letters(office).send(PAPER)
        await letters(office).send(replace(PAPER, once="digest:2014-04-04:0011"))

    first, again, other = (letter["Message-ID"] for _, letter in office.taken)
    assert first == again != other
    assert office.raw[0] == office.raw[1]
    assert b"0011" not in office.raw[0]  # nothing of our own keys


@pytest.mark.parametrize(
    ("at", "says", "fails"),
    [
        ("RCPT", "550 5.1.1 no such mailbox", Blocked),
        ("RCPT", "452 4.2.2 mailbox full", Unreachable),
        ("DATA", "552 5.3.4 too large", Rejected),
        ("DATA", "451 4.3.0 try later", Unreachable),
        ("MAIL", "552 5.3.4 too large", Rejected),
        ("MAIL", "553 5.7.1 sender refused", Unreachable),
        ("MAIL", "421 4.3.2 shutting down", Unreachable),
    ],
)
async def test_a_refusal_is_one_of_the_four_ways(at: str, says: str, fails: type[Exception]):
    async with post_office() as office:
        office.will_say(at, says)
        with pytest.raises(fails):
            await letters(office).send(PAPER)
        assert office.taken == []
        await letters(office).send(PAPER)
    assert len(office.taken) == 1


async def test_nobody_there_is_later(unused_tcp_port: int):
    ours = replace(PLAIN, port=unused_tcp_port)
    with pytest.raises(Unreachable, match="SMTPConnectError"):
        await Letters(ours, "", FixedClock()).send(PAPER)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_it_speaks_with_a_trusted_certificate_and_a_login_only(tmp_path, security):
    server, trusting = certified(tmp_path, "localhost")
    ours = Mail(host="localhost", security=security, user="u", sender="office@school.example")
    there = {"tls": server} if security == "tls" else {"starttls": server}
    async with post_office(**there, login=True) as office:
        with pytest.raises(Unreachable):  # the machine does not know this certificate
            await letters(office, ours).send(PAPER)
        elsewhere = replace(ours, host="127.0.0.1")
        with pytest.raises(Unreachable):  # nor is it that of this name
            await letters(office, elsewhere, trusted=trusting).send(PAPER)
        assert office.asked == []
        wrong = Letters(replace(ours, port=office.port), "no", FixedClock(), trusted=trusting)
        with pytest.raises(Unreachable, match="SMTPAuthenticationError"):
            await wrong.send(PAPER)
        assert await wrong.trouble() == "mail_login"
        assert await letters(office, ours).trouble() == "mail_no_tls"
        assert office.asked == []
        await letters(office, ours, trusted=trusting).send(PAPER)
        assert await find("config.toml", letters(office, ours, trusted=trusting), ours) == ()
    assert len(office.taken) == 1


async def test_a_server_without_encryption_gets_nothing_where_it_is_asked_for(tmp_path):
    _, trusting = certified(tmp_path, "localhost")
    ours = Mail(host="localhost", security="starttls", user="u", sender="o@school.example")
    async with post_office(login=True) as office:
        with pytest.raises(Unreachable):
            await letters(office, ours, trusted=trusting).send(PAPER)
        (problem,) = await find(
            "config.toml",
            letters(office, ours, trusted=trusting),
            replace(ours, port=office.port),
        )
    assert (problem.key, problem.fault) == ("mail.host", "mail_no_tls")
    assert office.asked == []
