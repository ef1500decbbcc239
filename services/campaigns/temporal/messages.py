"""What workflows and activities tell each other: ids, small numbers and sentences for operators."""

from dataclasses import dataclass

TASK_QUEUE = "campaigns"
WORKFLOW = "BulkCallCampaign"
STATE_ATTRIBUTE = "CampaignState"


@dataclass(frozen=True, slots=True)
class Ref:
    """A campaign, by its ids."""

    tenant_id: str
    campaign_id: str

    @property
    def workflow_id(self) -> str:
        return f"campaign/{self.campaign_id}"


@dataclass(frozen=True, slots=True)
class Run:
    """How far a campaign's workflow has come; handed on when it continues as new."""

    ref: Ref
    people: int = 0
    batches: int = 0


@dataclass(frozen=True, slots=True)
class Control:
    """A wish that arrives by signal; `recorded` if the campaign's row says so already."""

    recorded: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """For how many real seconds there is nothing to do, in what state, and why."""

    seconds: float = 0.0
    state: str = "running"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """How many people a campaign is about, and how long nothing is to be done."""

    people: int
    rest: Rest = Rest()


@dataclass(frozen=True, slots=True)
class Dialled:
    """What became of a batch; `left` tells whether anybody is still to be called or talked to."""

    left: bool
    dialled: int = 0
    settled_people: int = 0
    verdict: str = "completed"
    rest: Rest = Rest()


@dataclass(frozen=True, slots=True)
class Mark:
    """A state that began in Temporal and is to be written into the campaign's row."""

    ref: Ref
    state: str


@dataclass(frozen=True, slots=True)
class Settle:
    """How a campaign ends."""

    ref: Ref
    verdict: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The final state; until `done`, calls in hand are still being finished."""

    done: bool
    state: str = ""
    rest: Rest = Rest()
