"""The conversation with the mail server, and whose fault it is when it does not take a letter."""

import re
import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from email.errors import MessageError

from matchmaker.base.logs import without_addresses
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.settings import Settings
from matchmaker.post.meanings import Bounce, Fault, Stage, verdict_on
from matchmaker.post.wire import to_wire


class NotTaken(Exception):
    """The server did not take the letter, and nothing of it was handed over. ``detail`` holds no address.

    ``bounce`` is what that says about the recipient's address, if it says anything.
    """

    def __init__(self, fault: Fault, detail: str, *, bounce: Bounce | None = None) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail
        self.bounce = bounce


class Unreachable(NotTaken):
    """There is no server to talk to, or it refuses us: no letter can be sent now."""

    def __init__(self, detail: str) -> None:
        super().__init__(Fault.SERVER, detail)


# RFC 5321, 4.5.2: a line of one full stop would end the letter.
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class Connection:
    """A conversation with the mail server, kept for several letters."""

    def __init__(self, settings: Settings) -> None:
        """Connect, secure and sign in as the settings say; raises Unreachable."""
        self._settings = settings
        host, port, timeout = settings.mail_host, settings.mail_port, settings.mail_timeout
        try:
            if settings.mail_security == "tls":
                self._smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    host, port, timeout=timeout, context=ssl.create_default_context()
                )
            else:
                self._smtp = smtplib.SMTP(host, port, timeout=timeout)
            if settings.mail_security == "starttls":
                self._smtp.starttls(context=ssl.create_default_context())
            self._smtp.ehlo_or_helo_if_needed()
            if settings.mail_username and settings.mail_password:
                self._smtp.login(settings.mail_username, settings.mail_password.get_secret_value())
        except (smtplib.SMTPException, OSError) as error:
            with suppress(AttributeError):
                self._smtp.close()
            raise Unreachable(f"{host}:{port}: {_told(error)}") from error

    def address(self, message: OutboxMessage, *, now: datetime) -> bytes:
        """Say MAIL and RCPT for a letter that leaves ``now``; what is then to be handed to ``data``.

        Raises NotTaken, with whose fault it is.
        """
        settings = self._settings
        try:
            wire = to_wire(
                message,
                sender=settings.mail_from,
                sender_name=settings.mail_from_name,
                reply_to=settings.mail_reply_to,
                now=now,
            ).as_bytes()
        except (ValueError, MessageError) as error:
            raise NotTaken(Fault.RECIPIENT, f"no letter can be written to it: {_told(error)}") from error
        try:
            self._smtp.rset()
            code, answer = self._smtp.mail(settings.return_path(message.message_key))
            if code != 250:
                raise _refused(Stage.SENDER, code, answer)
            code, answer = self._smtp.rcpt(message.recipient)
            if code not in {250, 251}:
                raise _refused(Stage.RECIPIENT, code, answer)
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(_told(error)) from error
        signer = self._settings.signer
        return wire if signer is None else signer.sign(wire)

    def data(self, wire: bytes) -> None:
        """Hand the letter over; raises NotTaken if the server says no, and lets a connection through that broke in doubt.

        Until the server has asked for the letter by 354 it can have nothing of it, and it has no whole letter while this
        one is still leaving: a connection that breaks before that is raised as Unreachable.
        """
        try:
            code, answer = self._smtp.docmd("DATA")
            if code != 354:
                raise _refused(Stage.DATA, code, answer)
            self._smtp.send(_LEADING_DOT.sub(b"..", wire) + b".\r\n")
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(_told(error)) from error
        code, answer = self._smtp.getreply()
        if code != 250:
            raise _refused(Stage.BODY, code, answer)

    def close(self) -> None:
        """End the conversation politely, whatever state it is in."""
        try:
            self._smtp.quit()
        except (smtplib.SMTPException, OSError):
            self._smtp.close()


def _refused(stage: Stage, code: int, answer: bytes) -> NotTaken:
    """What a refusal means."""
    words = answer.decode(errors="replace")
    text = without_addresses(f"{code} {words}")
    verdict = verdict_on(stage, code, words)
    if verdict.fault is Fault.SERVER:
        return Unreachable(text)
    return NotTaken(verdict.fault, text, bounce=verdict.bounce)


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
        return without_addresses(f"{error.smtp_code} {words}")
    return without_addresses(str(error)) or type(error).__name__
