"""Delivery reports in the shape in which mail servers write them."""

KEY = "0123456789abcdef0123456789abcdef"
AMINA, LOU = "amina@example.org", "lou@example.org"

POSTFIX = """\
Received: by relay.example.net (Postfix)
\tid 4ZK1Xy2Lz9z1; Tue, 24 Nov 2026 10:31:07 +0000 (UTC)
Date: Tue, 24 Nov 2026 10:31:07 +0000 (UTC)
From: MAILER-DAEMON@relay.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: bonjour@territoire.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4ZK1Xy2Lz9z1.1795516267/relay.example.net"
Message-Id: <20261124103107.4ZK1Xy2Lz9z1@relay.example.net>

This is a MIME-encapsulated message.

--4ZK1Xy2Lz9z1.1795516267/relay.example.net
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

This is the mail system at host relay.example.net.

<{recipient}>: host mx.example.org[192.0.2.25] said: {diagnostic}
    (in reply to RCPT TO command)

--4ZK1Xy2Lz9z1.1795516267/relay.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.net
X-Postfix-Queue-ID: 4ZK1Xy2Lz9z1
X-Postfix-Sender: rfc822; bonjour@territoire.example
Arrival-Date: Tue, 24 Nov 2026 10:31:05 +0000 (UTC)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; {diagnostic}

--4ZK1Xy2Lz9z1.1795516267/relay.example.net
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <bonjour@territoire.example>
From: Startup de territoire <bonjour@territoire.example>
To: Amina <{recipient}>
Subject: Votre lettre de la semaine
Message-ID: <{key}@territoire.example>
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"

Bonjour Amina,

--4ZK1Xy2Lz9z1.1795516267/relay.example.net--
"""

EXIM = """\
Received: from mail by mx.example.net with local (Exim 4.96)
\tid 1vNbQp-0004Xy-2K
\tfor bonjour@territoire.example;
\tTue, 24 Nov 2026 10:31:07 +0000
X-Failed-Recipients: {recipient}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: bonjour@territoire.example
References: <{key}@territoire.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=1795516267-eximdsn-1804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1vNbQp-0004Xy-2K@mx.example.net>

--1795516267-eximdsn-1804289383
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

  {recipient}
    {diagnostic}

--1795516267-eximdsn-1804289383
Content-type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Action: {action}
Final-Recipient: rfc822;{recipient}
Status: {status}
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; {diagnostic}

--1795516267-eximdsn-1804289383
Content-type: text/rfc822-headers

Return-path: <bonjour@territoire.example>
Received: from aide.example.org ([192.0.2.10])
\tby mx.example.net with esmtps (Exim 4.96)
From: Startup de territoire <bonjour@territoire.example>
To: Amina <{recipient}>
Subject: Votre lettre de la semaine
Message-ID: <{key}@territoire.example>

--1795516267-eximdsn-1804289383--
"""

EXCHANGE = """\
From: <postmaster@example.org>
To: <bonjour@territoire.example>
Date: Tue, 24 Nov 2026 10:31:07 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="6ff2f8c1-29f8-4ab8-9b2c-2d5d6c5f0f66"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-US
Message-ID: <b1d0c7e5-6a0e-4a38-8ca2-0c6c8f1e52a7@EX01.example.org>
In-Reply-To: <{key}@territoire.example>
References: <{key}@territoire.example>
Thread-Topic: Votre lettre de la semaine
Subject: Undeliverable: Votre lettre de la semaine
MIME-Version: 1.0

--6ff2f8c1-29f8-4ab8-9b2c-2d5d6c5f0f66
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="0d9d5a60-5b51-4f10-9a76-2f4a4c4a3b18"

--0d9d5a60-5b51-4f10-9a76-2f4a4c4a3b18
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Delivery has failed to these recipients or groups:

--0d9d5a60-5b51-4f10-9a76-2f4a4c4a3b18
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body><p>Delivery has failed to these recipients or groups:</p></body></html>

--0d9d5a60-5b51-4f10-9a76-2f4a4c4a3b18--

--6ff2f8c1-29f8-4ab8-9b2c-2d5d6c5f0f66
Content-Type: message/delivery-status

Reporting-MTA: dns;EX01.example.org
Received-From-MTA: dns;relay.example.net
Arrival-Date: Tue, 24 Nov 2026 10:31:05 +0000

Original-Recipient: rfc822;{recipient}
Final-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp;{diagnostic}
X-Display-Name: Amina

--6ff2f8c1-29f8-4ab8-9b2c-2d5d6c5f0f66
Content-Type: message/rfc822

Received: from relay.example.net (192.0.2.20) by EX01.example.org
 (192.0.2.21) with Microsoft SMTP Server; Tue, 24 Nov 2026 10:31:05 +0000
From: Startup de territoire <bonjour@territoire.example>
To: Amina <{recipient}>
Subject: Votre lettre de la semaine
Message-ID: <{key}@territoire.example>
MIME-Version: 1.0
Content-Type: text/plain

Bonjour Amina,

--6ff2f8c1-29f8-4ab8-9b2c-2d5d6c5f0f66--
"""

GMAIL = """\
Received: by mx.example.com with SMTP id a1; Tue, 24 Nov 2026 02:31:07 -0800 (PST)
Content-Type: multipart/report; boundary="0000000000005f1b2c0644a0d0f1"; report-type=delivery-status
To: bonjour@territoire.example
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
From: Mail Delivery Subsystem <mailer-daemon@mx.example.com>
References: <{key}@territoire.example>
In-Reply-To: <{key}@territoire.example>
X-Failed-Recipients: {recipient}
Message-ID: <6743ab1b.050a0220.1.0001.GMR@mx.example.com>
Date: Tue, 24 Nov 2026 02:31:07 -0800 (PST)

--0000000000005f1b2c0644a0d0f1
Content-Type: multipart/related; boundary="0000000000005f2a0e0644a0d0f8"

--0000000000005f2a0e0644a0d0f8
Content-Type: text/plain; charset="UTF-8"

** Address not found **

--0000000000005f2a0e0644a0d0f8
Content-Type: image/png; name="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgo=
--0000000000005f2a0e0644a0d0f8--

--0000000000005f1b2c0644a0d0f1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Tue, 24 Nov 2026 02:31:05 -0800 (PST)
X-Original-Message-ID: <{key}@territoire.example>

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.org. (192.0.2.25, the server for the domain example.org.)
Diagnostic-Code: smtp; {diagnostic}
Last-Attempt-Date: Tue, 24 Nov 2026 02:31:07 -0800 (PST)

--0000000000005f1b2c0644a0d0f1
Content-Type: message/rfc822

Return-Path: <bonjour@territoire.example>
From: Startup de territoire <bonjour@territoire.example>
To: Amina <{recipient}>
Subject: Votre lettre de la semaine
Message-ID: <{key}@territoire.example>

Bonjour Amina,

--0000000000005f1b2c0644a0d0f1--
"""

SHAPES = {"postfix": POSTFIX, "exim": EXIM, "exchange": EXCHANGE, "gmail": GMAIL}

GONE = "550 5.1.1 <amina@example.org>: Recipient address rejected: User unknown"
FULL = "552 5.2.2 <amina@example.org>: Mailbox full"


def report(
    key: str = KEY,
    recipient: str = AMINA,
    *,
    status: str = "5.1.1",
    diagnostic: str = GONE,
    action: str = "failed",
    shape: str = POSTFIX,
) -> bytes:
    """A report that ``recipient`` did not get the letter ``key``, with the line ends of the wire."""
    text = shape.format(key=key, recipient=recipient, status=status, diagnostic=diagnostic, action=action)
    return text.replace("\n", "\r\n").encode()


def full(key: str = KEY, recipient: str = AMINA) -> bytes:
    """A report that the mailbox is full."""
    return report(key, recipient, status="5.2.2", diagnostic=FULL)


def with_recipients(key: str, *blocks: str) -> bytes:
    """A report with these blocks about recipients, and no others."""
    before, _, rest = POSTFIX.partition("Final-Recipient:")
    after = rest[rest.index("--4ZK1Xy2Lz9z1") :]
    text = before + "\n\n".join(blocks) + "\n\n" + after
    return text.format(key=key, recipient=AMINA, diagnostic="refused").replace("\n", "\r\n").encode()
