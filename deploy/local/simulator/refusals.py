"""How the provider says no: a status and its error body."""

from collections.abc import Mapping

MESSAGES: Mapping[int, str] = {
    400: "Invalid request.",
    401: "Invalid API key.",
    402: "Trial has ended, please add payment method.",
    403: "This account may not place calls.",
    404: "Not found.",
    422: "Cannot find requested asset under given api key.",
    429: "Account rate limited, please throttle your requests.",
    500: "An unexpected server error occurred.",
    502: "Bad gateway.",
    503: "Service unavailable.",
    504: "Gateway timeout.",
}


class Refused(Exception):
    """Ends a request with `status`; without a message of its own it says the usual one."""

    def __init__(self, status: int, message: str = "", **headers: str) -> None:
        self.status = status
        self.message = message or MESSAGES.get(status, "Request failed.")
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(f"{status}: {self.message}")
