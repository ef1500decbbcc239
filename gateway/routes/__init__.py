"""The routes; fixed paths are matched before variable ones."""

from gateway.files import Download, Upload
from gateway.route import Route
from gateway.routes import analytics, campaigns, contacts, groups, imports

AnyRoute = Route | Upload | Download

ROUTES: tuple[AnyRoute, ...] = (
    *groups.ROUTES,
    *contacts.ROUTES,
    *imports.ROUTES,
    *campaigns.ROUTES,
    *analytics.ROUTES,
)
