"""What is held of a person as a member of a relay: what they did there for its people."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.assisted.models import RelayAct
from matchmaker.base.i18n import mark
from matchmaker.base.transfer import Fate, Section, section
from matchmaker.base.work import Transfer
from matchmaker.relays.models import Relay


def _about(session: Session, account_id: int) -> Sequence[Section]:
    return (
        section(
            session,
            mark("What I did at a relay"),
            select(Relay.name.label("relay"), RelayAct.deed, RelayAct.done_at)
            .join(RelayAct, RelayAct.relay_id == Relay.id)
            .where(RelayAct.account_id == account_id)
            .order_by(RelayAct.id),
        ),
    )


TRANSFER = Transfer(
    # That a relay did it stays on record after both have left.
    holds={RelayAct.citizen_id: Fate.BLANKED, RelayAct.account_id: Fate.BLANKED},
    about=_about,
)
