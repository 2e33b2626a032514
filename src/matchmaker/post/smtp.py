"""The conversation with the mail server, and whose fault it is when it does not take a letter."""

import enum
import smtplib
import ssl
from contextlib import suppress
from email.errors import MessageError

from matchmaker.base.logs import without_addresses
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.settings import Settings
from matchmaker.post.reports import ENHANCED_CODE, GONE_CODES, Bounce, judge
from matchmaker.post.wire import to_wire


class Fault(enum.StrEnum):
    """Whose fault it is that a letter was not taken."""

    RECIPIENT = "recipient"
    PASSING = "passing"
    SERVER = "server"


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


# A full mailbox ends this letter as a missing one does; the rest of 5.1, as 5.1.8, is about the sender.
_RECIPIENT_CODES = GONE_CODES | {"5.2.2"}
# RFC 5321: the mailbox is unavailable, elsewhere or not allowed, where the server says no more than that.
_BARE_CODES = frozenset({450, 550, 551, 553})


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
        signer = self._settings.signer
        return wire if signer is None else signer.sign(wire)

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
    if not of_this_letter:
        return NotTaken(Fault.PASSING, text) if code < 500 else Unreachable(text)
    enhanced = ENHANCED_CODE.match(words)
    bounce = _bounce(code, enhanced and enhanced[0])
    if code < 500:
        return NotTaken(Fault.PASSING, text, bounce=bounce)
    theirs = enhanced[0] in _RECIPIENT_CODES if enhanced else code in _BARE_CODES
    return NotTaken(Fault.RECIPIENT if theirs else Fault.SERVER, text, bounce=bounce)


def _bounce(code: int, enhanced: str | None) -> Bounce | None:
    if enhanced is not None:
        # What the server puts off is not gone, whatever else it says.
        return judge(f"{code // 100}{enhanced[1:]}")
    # A relay that is set up wrong says 550 without more of every recipient: it must not cost them all their letters.
    return judge(f"{code // 100}.0.0") if code in _BARE_CODES else None


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        words = answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
        return without_addresses(f"{error.smtp_code} {words}")
    return without_addresses(str(error)) or type(error).__name__
