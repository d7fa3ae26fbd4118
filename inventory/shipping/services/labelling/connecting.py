"""From a carrier's row to its backend: credentials, settings and the log of calls."""

from erp.core.exchanges import keep_exchange
from erp.core.secrets import Credentials
from inventory.shipping.carriers.contract import CarrierBackend, Connection
from inventory.shipping.carriers.registry import carriers
from inventory.shipping.models import Carrier


def secret_name(carrier: Carrier) -> str:
    return f"carrier:{carrier.code}"


def connect(carrier: Carrier) -> CarrierBackend:
    """The backend of a carrier; makes no call. Raises Refused when nothing here has the name of its connection."""
    name = secret_name(carrier)
    return carriers.get(carrier.backend)(Connection(name, Credentials(name), carrier.settings, keep_exchange))
