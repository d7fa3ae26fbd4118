from crm.models.company import Company, FiscalRegime
from crm.models.merging import Merge, MergeSuggestion
from crm.models.parties import Address, ChannelIdentity, ContactPoint, Evidence, Party

__all__ = [
    "Address",
    "ChannelIdentity",
    "Company",
    "ContactPoint",
    "Evidence",
    "FiscalRegime",
    "Merge",
    "MergeSuggestion",
    "Party",
]
