"""What the gateway is told by its environment."""

from pydantic import Field

from gateway.limits import LARGEST_BODY
from services.chassis.settings import Settings


class GatewaySettings(Settings):
    """Where it listens, and where the contexts are."""

    listen: str = Field("127.0.0.1:7400", validation_alias="GATEWAY_LISTEN")
    groups: str = Field(validation_alias="GROUPS_ADDRESS")
    campaigns: str = Field(validation_alias="CAMPAIGNS_ADDRESS")
    analytics: str = Field(validation_alias="ANALYTICS_ADDRESS")
    largest_body: int = Field(LARGEST_BODY, validation_alias="GATEWAY_LARGEST_BODY")
