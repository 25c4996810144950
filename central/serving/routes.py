"""All that this server answers as an API: its routes, the metrics beside them, and the description of both."""

from central.api.description import description
from central.api.routes import ROUTES
from central.serving import metrics

_DESCRIBED = [*ROUTES, *metrics.ROUTES]
API_ROUTES = [description(_DESCRIBED), *_DESCRIBED]
