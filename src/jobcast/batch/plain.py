"""What the manager keeps and sends as JSON: all of `jobcast.act.plain`, and orders."""

from jobcast.act.plain import UNIONS, Plain
from jobcast.batch.order import Order

_PLAIN = Plain(*UNIONS, Order)
to_json, from_json = _PLAIN.to_json, _PLAIN.from_json
