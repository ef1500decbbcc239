"""Takes the provider's reports in: raw bytes and signature go to the campaigns context."""

from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from gateway.route import TIMEOUT, Endpoint, limited_body
from gateway.stubs import Stubs
from services.chassis.errors import Unauthenticated
from vio.campaigns.v1 import webhook_service_pb2 as pb

_LARGEST = 1024 * 1024
_SIGNATURE = "x-retell-signature"


@dataclass(frozen=True, slots=True)
class Webhook:
    """The one route without a person: the signature over the bytes is what counts."""

    method: str = "POST"
    path: str = "/webhooks/retell"

    def endpoint(self, stubs: Stubs) -> Endpoint:
        async def answer(request: Request) -> Response:
            signatures = request.headers.getlist(_SIGNATURE)
            if len(signatures) != 1:
                raise Unauthenticated("BAD_SIGNATURE", "The webhook is not signed by the provider.")
            body = await limited_body(request, _LARGEST)
            message = pb.ReceiveWebhookRequest(body=body, signature=signatures[0])
            received = await stubs.webhooks.ReceiveWebhook(message, timeout=TIMEOUT)
            return Response(
                status_code=HTTPStatus.NO_CONTENT if received.matched else HTTPStatus.ACCEPTED
            )

        return answer
