"""What a process is told by its environment; read in composition roots only."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.chassis.clock import Clock


class Settings(BaseSettings):
    """What every process of the product is told."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    environment: Literal["local", "test", "production"] = Field(
        "production", validation_alias="VIO_ENVIRONMENT"
    )
    clock_file: Path | None = Field(None, validation_alias="VIO_CLOCK_FILE")
    page_token_key: SecretStr = Field(validation_alias="VIO_PAGE_TOKEN_KEY", min_length=32)
    failpoint: str = Field("", validation_alias="FAILPOINT")
    otlp_endpoint: str = Field("", validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")

    oidc_issuer: str = Field(validation_alias="OIDC_ISSUER")
    oidc_audience: str = Field("vioconcierge", validation_alias="OIDC_AUDIENCE")
    oidc_client_id: str = Field("", validation_alias="OIDC_CLIENT_ID")
    oidc_client_secret: SecretStr = Field(SecretStr(""), validation_alias="OIDC_CLIENT_SECRET")
    claim_tenant: str = Field("tenant_id", validation_alias="OIDC_CLAIM_TENANT")
    claim_role: str = Field("role", validation_alias="OIDC_CLAIM_ROLE")
    claim_name: str = Field("name", validation_alias="OIDC_CLAIM_NAME")

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.environment == "production":
            if self.failpoint:
                raise ValueError("FAILPOINT is refused in production")
            if Clock.load(self.clock_file).scale != 1:
                raise ValueError("VIO_CLOCK_FILE: only a scale of 1 is allowed in production")
            if not self.oidc_issuer.startswith("https://"):
                raise ValueError("OIDC_ISSUER must be https in production")
        return self
