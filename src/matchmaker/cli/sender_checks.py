"""What receivers of our letters find in the DNS about the sender, for ``matchmaker doctor``."""

from collections.abc import Callable, Iterator, Sequence

import dns.exception
import dns.resolver

from matchmaker.base.settings import LOCAL_HOSTS, PREFIX, Settings
from matchmaker.base.signing import BETTER_BITS, public_modulus

DNS_TIMEOUT = 3.0

TextRecords = Callable[[str], Sequence[str]]
"""The TXT records at a name, none if it has none; raises Unanswered."""


class Unanswered(Exception):
    """The DNS could not be asked, or gave no answer in time."""


class Wrong(Exception):
    """What is wrong, and what to do about it, in one line."""


def sender_checks(settings: Settings, text_records: TextRecords) -> Iterator[tuple[str, Callable[[], str]]]:
    """What a receiver finds in the DNS about the sender: a name and a check each, which raises Wrong."""
    ask = _giving_up(text_records)
    if settings.base_url.host in LOCAL_HOSTS:
        ask = _local
    yield "dkim", lambda: _dkim(settings, ask)
    yield "spf", lambda: _spf(settings.return_domain, ask)
    yield "dmarc", lambda: _dmarc(settings.mail_domain, ask)


def ask_dns(name: str) -> tuple[str, ...]:
    """The TXT records at ``name`` by this machine's resolver."""
    try:
        answer = dns.resolver.resolve(
            name, "TXT", lifetime=DNS_TIMEOUT, raise_on_no_answer=False, search=False
        )
    except dns.resolver.NXDOMAIN:
        return ()
    except (dns.exception.DNSException, OSError) as error:
        raise Unanswered("the DNS could not be read") from error
    return tuple(b"".join(record.strings).decode("ascii", "replace") for record in answer)


def _local(name: str) -> tuple[str, ...]:  # noqa: ARG001
    raise Unanswered("the DNS is not asked for an installation on localhost")


def _giving_up(text_records: TextRecords) -> TextRecords:
    """Ask no more once there was no answer: one timeout is waited for, and not one for each name."""
    failures: list[Unanswered] = []

    def ask(name: str) -> Sequence[str]:
        if failures:
            raise failures[0]
        try:
            return text_records(name)
        except Unanswered as error:
            failures.append(error)
            raise

    return ask


def _dkim(settings: Settings, ask: TextRecords) -> str:
    signer = settings.signer
    if signer is None:
        return f"letters leave unsigned: the mail server must sign them, or set {PREFIX}DKIM_KEY_FILE"
    mine, sender = f".{signer.domain}", f".{settings.mail_domain}"
    if not (mine.endswith(sender) or sender.endswith(mine)):
        raise Wrong(f"{signer.domain} signs for {settings.mail_domain}, which receivers do not count")
    bits = signer.key.bits
    line = f"{signer.record} signs with {bits} bits"
    if bits < BETTER_BITS:
        line += f" ({BETTER_BITS} are better)"
    try:
        records = ask(signer.record)
    except Unanswered as error:
        return f"{line}; {error}"
    if not records:
        raise Wrong(f"{signer.record} is not in the DNS: put the public key there")
    if signer.key.modulus not in map(public_modulus, records):
        raise Wrong(f"{signer.record} in the DNS is not the public key of {PREFIX}DKIM_KEY_FILE")
    return f"{line}, and the DNS has its public key"


def _spf(domain: str, ask: TextRecords) -> str:
    try:
        records = [record for record in ask(domain) if record.lower().split(" ")[0] == "v=spf1"]
    except Unanswered as error:
        return str(error)
    if not records:
        raise Wrong(f"{domain} has no SPF record: name the mail server there")
    if len(records) > 1:
        raise Wrong(f"{domain} has {len(records)} SPF records, of which receivers count none: keep one")
    return f"{domain}: {records[0]}"


def _dmarc(domain: str, ask: TextRecords) -> str:
    labels = domain.split(".")
    try:
        # What a domain does not say itself, the ones above it say for it.
        for above in (".".join(labels[start:]) for start in range(len(labels) - 1)):
            for record in ask(f"_dmarc.{above}"):
                if record.lower().replace(" ", "").startswith("v=dmarc1"):
                    return f"_dmarc.{above}: {record}"
    except Unanswered as error:
        return str(error)
    return f"none for {domain}: some receivers trust its letters less"
