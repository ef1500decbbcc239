"""The routes, in the order in which they are matched."""

from gateway.route import Route
from gateway.routes import contacts, groups

ROUTES: tuple[Route, ...] = (*groups.ROUTES, *contacts.ROUTES)
