"""Which carriers there are: one line for each."""

from erp.core.registry import Registry
from inventory.shipping.carriers.contract import CarrierBackend
from inventory.shipping.carriers.manual.backend import ManualBackend
from inventory.shipping.carriers.practice.backend import PracticeBackend

carriers: Registry[type[CarrierBackend]] = Registry("carrier")
carriers.register(PracticeBackend.code, PracticeBackend)
carriers.register(ManualBackend.code, ManualBackend)
