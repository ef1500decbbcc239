"""What the development issuer is told by its environment."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class IssuerSettings(BaseSettings):
    """Refuses to be made in production; `secrets` gives each machine its secret."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    environment: Literal["local", "test"] = Field("local", validation_alias="VIO_ENVIRONMENT")
    url: str = Field(validation_alias="OIDC_ISSUER")
    audience: str = Field("vioconcierge", validation_alias="OIDC_AUDIENCE")
    state: Path = Field(validation_alias="VIO_STATE")
    secrets: dict[str, SecretStr] = Field(validation_alias="ISSUER_SECRETS")
    token_secret: SecretStr = Field(validation_alias="ISSUER_TOKEN_SECRET")

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])
