"""Reports in the shapes of mail servers that do not write a delivery status, or write it in their own way."""

KEY = "0123456789abcdef0123456789abcdef"

_RETURNED = """
From: Startup de territoire <bonjour@territoire.example>
To: Amina <amina@example.org>
Subject: Votre lettre de la semaine
Message-ID: <{key}@territoire.example>

Bonjour Amina,
"""

EXIM_TEXT = (
    """\
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: bonjour@territoire.example
X-Failed-Recipients: amina@example.org
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its recipients.

  amina@example.org
    SMTP error from remote mail server after RCPT TO:<amina@example.org>:
    host mx.example.org [192.0.2.25]: {diagnostic}

------ This is a copy of the message, including all the headers. ------
"""
    + _RETURNED
)
QMAIL = (
    """\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: bonjour@territoire.example
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<amina@example.org>:
{diagnostic}

--- Below this line is a copy of the message.
"""
    + _RETURNED
)
YAHOO = (
    """\
From: MAILER-DAEMON@yahoo.example
To: bonjour@territoire.example
Subject: Failure Notice
Content-Type: text/plain; charset=UTF-8

Sorry, we were unable to deliver your message to the following address.

<amina@example.org>:
{diagnostic}

--- Below this line is a copy of the message.
"""
    + _RETURNED
)
GMX = (
    """\
From: "GMX Mailer Daemon" <mailer-daemon@gmx.example>
To: bonjour@territoire.example
Subject: Mail delivery failed: returning message to sender
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.
A message sent by you could not be delivered to

amina@example.org:
{diagnostic}

--- The header of the original message is following. ---
"""
    + _RETURNED
)
MAIL_RU = (
    """\
From: mailer-daemon@corp.mail.example
To: bonjour@territoire.example
Subject: Mail failure.
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its recipients.
This is a permanent error. The following address failed:

  amina@example.org
    {diagnostic}

------ This is a copy of your message, including all the headers.
"""
    + _RETURNED
)
# The parts cannot be told apart: a line of the header was folded without its blank.
OFFICE_365 = """\
From: <postmaster@example.onmicrosoft.example>
To: <bonjour@territoire.example>
Subject: Undeliverable: Votre lettre
of the week
Content-Type: multipart/report; report-type=delivery-status; boundary="x"
In-Reply-To: <{key}@territoire.example>
References: <{key}@territoire.example>

--x
Content-Type: text/plain

Your message couldn't be delivered.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns;PR0P264.example.outlook.example

Final-Recipient: rfc822;amina@example.org
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp;{diagnostic}

--x--
"""
LAPOSTE = """\
From: MAILER-DAEMON@smtp.laposte.example (Mail Delivery System)
To: bonjour@territoire.example
Subject: =?utf-8?q?=C3=89chec_de_la_remise?=
Content-Type: multipart/report; report-type=delivery-status; boundary="x"
MIME-Version: 1.0

--x
Content-Type: text/plain; charset=utf-8

Le message n'a pas pu être remis.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; smtp.laposte.example

Final-Recipient: rfc822; amina@example.org
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; {diagnostic}

--x
Content-Type: text/rfc822-headers

Message-ID: <{key}@territoire.example>

--x--
"""
SES = """\
From: MAILER-DAEMON@eu-west-3.amazonses.example
To: bonjour@territoire.example
Subject: Delivery Status Notification (Failure)
Content-Type: multipart/report; report-type=delivery-status; boundary="x"
MIME-Version: 1.0

--x
Content-Type: text/plain; charset=us-ascii

An error occurred while trying to deliver the mail to the following recipients:
amina@example.org
--x
Content-Type: message/delivery-status

Reporting-MTA: dsn; a1.eu-west-3.amazonses.example

Action: failed
Final-Recipient: rfc822; amina@example.org
Diagnostic-Code: smtp; {diagnostic}
Status: 5.3.0

--x
Content-Type: message/rfc822

References: <{key}@territoire.example>
Message-ID: <010e018f-aaaa-bbbb@eu-west-3.amazonses.example>
Subject: Votre lettre

Bonjour
--x--
"""
SPOKEN = {
    "exim": EXIM_TEXT,
    "qmail": QMAIL,
    "yahoo": YAHOO,
    "gmx": GMX,
    "mail.ru": MAIL_RU,
    "office365": OFFICE_365,
    "laposte.net": LAPOSTE,
    "ses": SES,
}

COMPLAINT = """\
From: <complaints@provider.example>
To: <bonjour@territoire.example>
Subject: FW: Votre lettre
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="x"

--x
Content-Type: text/plain; charset=us-ascii

This is an e-mail abuse report for a message received on Tue, 24 Nov 2026.

--x
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Reporter/1.0
Version: 1

--x
Content-Type: message/rfc822

From: Startup de territoire <bonjour@territoire.example>
To: <redacted@example.org>
Message-ID: <{key}@territoire.example>
Subject: Votre lettre

Bonjour
--x--
"""

HOLIDAY = """\
Return-Path: <>
From: Amina <amina@example.org>
To: bonjour@territoire.example
Subject: Absence
Auto-Submitted: auto-replied
In-Reply-To: <{key}@territoire.example>

Je suis absente. Cette adresse n'existe plus, le message n'a pas pu être remis : ecrivez a lou@example.org.
"""

DELAYED = (
    """\
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: bonjour@territoire.example
X-Failed-Recipients: amina@example.org
Subject: Warning: message delayed 24 hours

A message that you sent has not yet been delivered to one or more of its recipients
after more than 24 hours on the queue. No action is required on your part.
Delivery attempts will continue for some time.

"""
    + _RETURNED
)


def spoken(shape: str, key: str = KEY, *, diagnostic: str = "") -> bytes:
    """A report of that shape about the letter ``key``, with the line ends of the wire."""
    return shape.format(key=key, diagnostic=diagnostic).replace("\n", "\r\n").encode()


def complaint(key: str = KEY, *, kind: str = "abuse") -> bytes:
    """What a provider sends when somebody has called the letter ``key`` unwanted."""
    return COMPLAINT.format(key=key, kind=kind).replace("\n", "\r\n").encode()
