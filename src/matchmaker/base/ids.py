"""The numbers of rows by their kind, so that mypy tells a need's from a citizen's. They are plain integers."""

from typing import NewType

AccountId = NewType("AccountId", int)
ChallengeId = NewType("ChallengeId", int)
CitizenId = NewType("CitizenId", int)
GroupId = NewType("GroupId", int)
IntroductionId = NewType("IntroductionId", int)
NeedId = NewType("NeedId", int)
RelayId = NewType("RelayId", int)
TerritoryId = NewType("TerritoryId", int)

KINDS = (AccountId, ChallengeId, CitizenId, GroupId, IntroductionId, NeedId, RelayId, TerritoryId)
