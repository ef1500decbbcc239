"""Makes sure that Temporal knows the search attribute by which operators find campaigns."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client

from services.campaigns.temporal.messages import STATE_ATTRIBUTE


async def ensure_search_attribute(client: Client) -> None:
    """Adds it where it is missing; safe to repeat."""
    namespace = client.namespace
    known = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=namespace)
    )
    if STATE_ATTRIBUTE in known.custom_attributes:
        return
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=namespace,
            search_attributes={STATE_ATTRIBUTE: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD},
        )
    )
