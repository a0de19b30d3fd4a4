"""Letters by e-mail: what the office has sent goes to its mailboxes, each letter to one of them, and nothing comes back.

Nobody reads in a letter who else got it. A letter tried again has the same Message-ID, so that a mail server which took
it before the line broke can tell (RFC 5322, 3.6.4). Without TLS nothing is said but to this very machine; a server
that offers none gets nothing. aiosmtplib and not smtplib in a thread: what hangs can be given up, and the service stops.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime, formataddr

import aiosmtplib

from bot.channels.base import MAIL, Blocked, Receive, Rejected, SendFailed, Unreachable, name_of
from bot.channels.kinds import kind_of
from bot.core.messages import File, Outgoing, Sent
from bot.settings import Mail
from bot.settings.problem import Problem
from bot.settings.secret import NAMES

SILENT = 30.0
"""Seconds the server may be silent."""

LONGEST = 180.0
"""Seconds for a whole letter."""

GOODBYE = 5.0
"""Seconds for its last word."""

SUBJECT = 120
"""Characters."""

PICTURE = "chart.png"


class Letters:
    """The channel `mail`: an address is a mailbox. Nobody is heard here."""

    name = MAIL

    def __init__(
        self,
        ours: Mail,
        password: str,
        clock: Callable[[], float],
        *,
        office: str = "",
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """`office`: stands beside the sender's address. `trusted`: whose certificates count; the machine's, where None."""
        self._ours = ours
        self._password = password
        self._clock = clock
        self._office = office
        self._trusted = trusted

    async def run(self, receive: Receive) -> None:
        """Nothing comes in."""

    async def fetch(self, sent: Sent) -> bytes:
        """Nothing was sent here."""
        raise Rejected("no files here")

    async def send(self, outgoing: Outgoing) -> None:
        """Hand one letter to the server, or raise `SendFailed`."""
        moment = datetime.fromtimestamp(self._clock(), UTC)
        sender = formataddr((self._office, self._ours.sender))
        written = await asyncio.to_thread(letter, outgoing, sender, moment)
        try:
            async with asyncio.timeout(LONGEST):
                await self._hand_in(outgoing.address.id, written)
        except aiosmtplib.SMTPException as failed:
            raise _as_ours(failed) from None
        except (
            OSError,
            ValueError,
        ) as failed:  # TimeoutError is one; a name that is no host too
            raise Unreachable(type(failed).__name__) from None

    async def _hand_in(self, mailbox: str, written: bytes) -> None:
        client = await self._client()
        await client.connect()
        try:
            await client.sendmail(self._ours.sender, [mailbox], written)
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=GOODBYE)  # taken is taken, however it says goodbye
        finally:
            client.close()

    async def _client(self) -> aiosmtplib.SMTP:
        ours = self._ours
        trusted = self._trusted
        if ours.security != "none" and trusted is None:
            trusted = self._trusted = await asyncio.to_thread(ssl.create_default_context)
        return aiosmtplib.SMTP(
            hostname=ours.host,
            port=ours.port,
            use_tls=ours.security == "tls",
            start_tls=ours.security == "starttls",
            username=ours.user or None,
            password=self._password if ours.user else None,
            local_hostname=ours.sender.rpartition("@")[2],  # not this machine's own name
            tls_context=trusted,
            timeout=SILENT,
        )

    async def trouble(self) -> str:
        """What keeps us from handing in letters: a fault's name, empty where nothing does. Nothing is sent."""
        try:
            async with asyncio.timeout(SILENT):
                client = await self._client()
                await client.connect()
                client.close()
        except aiosmtplib.SMTPAuthenticationError:
            return "mail_login"
        except (aiosmtplib.SMTPException, OSError, ValueError) as failed:
            unsafe = isinstance(failed.__cause__ or failed, ssl.SSLError)
            refused = "STARTTLS" in str(failed)  # it has no class of its own
            return "mail_no_tls" if unsafe or refused else "mail_unreachable"
        return ""


async def find(file: str, letters: Letters, ours: Mail) -> tuple[Problem, ...]:
    """For `tingwen check --online`: whether the server lets us in."""
    if not (fault := await letters.trouble()):
        return ()
    facts = (
        ("host", ours.host),
        ("port", str(ours.port)),
        ("user", ours.user or "-"),
        ("name", NAMES["smtp_password"]),
    )
    return (Problem(file=file, key="mail.host", fault=fault, facts=facts),)


def letter(outgoing: Outgoing, sender: str, moment: datetime) -> bytes:
    """The letter as it goes over the line: words first, papers behind them."""
    made = EmailMessage(policy=POLICY)
    head = outgoing.text.split("\n", 1)[0]
    made["Subject"] = head[:SUBJECT]
    made["From"] = sender
    made["To"] = outgoing.address.id
    made["Date"] = format_datetime(moment)
    name = name_of(outgoing)
    made["Message-ID"] = f"<{name}@{sender.rpartition('@')[2].rstrip('>')}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in return
    made.set_content(outgoing.text + "\n", cte="base64")
    pictures = [File(PICTURE, outgoing.picture)] if outgoing.picture else []
    for file in (*pictures, *outgoing.files):
        main, _, sub = kind_of(file.name).partition("/")
        made.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    if made.is_multipart():
        made.set_boundary(f"=_{name}")
    return made.as_bytes()


def _as_ours(failed: aiosmtplib.SMTPException) -> SendFailed:
    """The server's no. What is wrong with us can be mended, and the letter waits for it; what it says of mailbox or letter
    stands."""
    what = type(failed).__name__
    match failed:
        case aiosmtplib.SMTPRecipientsRefused(
            recipients=[aiosmtplib.SMTPRecipientRefused(code=code), *_]
        ):
            return Blocked(what) if code >= 500 else Unreachable(what)
        case aiosmtplib.SMTPSenderRefused(code=552):  # the size was told beforehand (RFC 1870)
            return Rejected(what)
        case aiosmtplib.SMTPDataError(code=code):
            return Rejected(what) if code >= 500 else Unreachable(what)
        case _:
            return Unreachable(what)
