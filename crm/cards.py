"""What crm asks people to decide."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from erp.core import cards
from erp.core.cards import CardKind, key_of, register
from erp.core.models import Card


def party_subject(party_id: int) -> str:
    return cards.subject_of("crm.party", party_id)


def _party_link(card: Card) -> str:
    return reverse("admin:crm_party_change", args=[key_of(card.subject)])


def _suggestions_link(card: Card) -> str:
    return reverse("admin:crm_mergesuggestion_changelist")


SUGGESTION = register(
    CardKind(
        code="crm.merge_suggestion",
        title=_("Two customers may be one: %(first)s and %(second)s"),
        cause=_("A buyer's data points at both (%(reason)s). Merge them, which can be undone, or say that they are two."),
        action=_("Merge"),
        retry="crm.services.merging.accept_suggestion",
        link=_suggestions_link,
        severity="wait",
        permission="crm.merge_parties",
    )
).code

FISCAL_DATA = register(
    CardKind(
        code="crm.fiscal_data",
        title=_("The fiscal data of %(name)s cannot be right: %(told)s"),
        cause=_(
            "The buyer typed it in the shop and it fails its own check, so no invoice can carry it. Ask the buyer and write it down here."
        ),
        link=_party_link,
        severity="wait",
    )
).code
