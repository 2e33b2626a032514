"""The conversation with the mail server, and whose fault it is when it does not take a letter."""

import enum
import re
import smtplib
import ssl
from contextlib import suppress
from email.errors import MessageError

from matchmaker.logs import without_addresses
from matchmaker.mail import OutboxMessage, to_wire
from matchmaker.settings import Settings


class Fault(enum.StrEnum):
    """Whose fault it is that a letter was not taken."""

    RECIPIENT = "recipient"
    PASSING = "passing"
    SERVER = "server"


class NotTaken(Exception):
    """The server did not take the letter, and nothing of it was handed over. ``detail`` holds no address."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


class Unreachable(NotTaken):
    """There is no server to talk to, or it refuses us: no letter can be sent now."""

    def __init__(self, detail: str) -> None:
        super().__init__(Fault.SERVER, detail)


# RFC 3463: bad mailbox, system or syntax of the recipient; a mailbox that moved; RFC 7505: a domain that takes no mail;
# a mailbox that is disabled or full. The rest of 5.1, as 5.1.8, is about the sender.
_RECIPIENT_CODES = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.2.2"})
_ENHANCED_CODE = re.compile(r"\d\.\d{1,3}\.\d{1,3}(?!\S)")


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

    def address(self, message: OutboxMessage) -> bytes:
        """Say MAIL and RCPT for a letter; what is then to be handed to ``data``. Raises NotTaken, with whose fault it is."""
        sender, name = self._settings.mail_from, self._settings.mail_from_name
        try:
            wire = to_wire(message, sender=sender, sender_name=name).as_bytes()
        except (ValueError, MessageError) as error:
            raise NotTaken(Fault.RECIPIENT, f"no letter can be written to it: {_told(error)}") from error
        try:
            self._smtp.rset()
            code, answer = self._smtp.mail(sender)
            if code != 250:
                raise _refused(code, answer)
            code, answer = self._smtp.rcpt(message.recipient)
            if code not in {250, 251}:
                raise _refused(code, answer, of_this_letter=True)
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(_told(error)) from error
        return wire

    def data(self, wire: bytes) -> None:
        """Hand the letter over; raises NotTaken if the server says no, and lets a broken connection through."""
        try:
            code, answer = self._smtp.data(wire)
        except smtplib.SMTPDataError as error:
            code, answer = error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
        if code != 250:
            raise _refused(code, answer, of_this_letter=True)

    def close(self) -> None:
        """End the conversation politely, whatever state it is in."""
        try:
            self._smtp.quit()
        except (smtplib.SMTPException, OSError):
            self._smtp.close()


def _refused(code: int, answer: bytes, *, of_this_letter: bool = False) -> NotTaken:
    """What a refusal means; ``of_this_letter`` when the server knew the recipient or the content already."""
    words = answer.decode(errors="replace")
    text = without_addresses(f"{code} {words}")
    if code == 421 or not 400 <= code < 600:
        return Unreachable(text)
    if code < 500:
        return NotTaken(Fault.PASSING, text)
    if not of_this_letter:
        return Unreachable(text)
    enhanced = _ENHANCED_CODE.match(words)
    theirs = enhanced[0] in _RECIPIENT_CODES if enhanced else code in {550, 551, 553}
    return NotTaken(Fault.RECIPIENT if theirs else Fault.SERVER, text)


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
        return without_addresses(f"{error.smtp_code} {words}")
    return without_addresses(str(error)) or type(error).__name__
