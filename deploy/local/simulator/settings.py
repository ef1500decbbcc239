"""What the simulator is told by its environment."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the account may do at once; 0 calls per second means no limit."""

    concurrency: int = 20
    reserved_inbound: int = 0
    calls_per_second: int = 0


class SimulatorSettings(BaseSettings):
    """Refuses to be made in production: nobody is called by a simulator."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    environment: Literal["local", "test"] = Field("local", validation_alias="VIO_ENVIRONMENT")
    listen: str = Field("127.0.0.1:7404", validation_alias="SIMULATOR_LISTEN")
    stack_state: Path = Field(Path(".local/up"), validation_alias="VIO_STATE")
    own_state: Path | None = Field(None, validation_alias="SIMULATOR_STATE")
    clock_file: Path | None = Field(None, validation_alias="VIO_CLOCK_FILE")
    api_key: SecretStr = Field(validation_alias="RETELL_API_KEY", min_length=1)
    webhook_url: str = Field("", validation_alias="SIMULATOR_WEBHOOK_URL")
    seed: int = Field(2026, validation_alias="SIMULATOR_SEED")
    concurrency: int = Field(20, ge=1, validation_alias="SIMULATOR_CONCURRENCY")
    reserved_inbound: int = Field(0, ge=0, validation_alias="SIMULATOR_RESERVED_INBOUND")
    calls_per_second: int = Field(0, ge=0, validation_alias="SIMULATOR_CALLS_PER_SECOND")
    key_seconds: float = Field(3600, gt=0, validation_alias="SIMULATOR_KEY_SECONDS")
    webhook_timeout: float = Field(10, gt=0, validation_alias="SIMULATOR_WEBHOOK_TIMEOUT")
    webhook_pause: float = Field(1, ge=0, validation_alias="SIMULATOR_WEBHOOK_PAUSE")

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host, int(port)

    @property
    def folder(self) -> Path:
        return self.own_state or self.stack_state / "simulator"

    @property
    def limits(self) -> Limits:
        return Limits(self.concurrency, self.reserved_inbound, self.calls_per_second)
