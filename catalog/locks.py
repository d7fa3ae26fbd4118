"""Row locks of the catalog, in the order of primary keys, and the one lock under which codes are given out."""

from collections.abc import Iterable

from django.db import connection

from catalog.models import Product, Variant

CODES_LOCK = 0x5245474941
"""Any number of ours: PostgreSQL's advisory locks are named by numbers."""


def lock_codes() -> None:
    """One transaction at a time gives out SKUs, GTINs and names of options and categories, so that a clash is told in words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CODES_LOCK])


def lock_product(product_id: int) -> Product:
    return Product.objects.select_for_update(of=("self",), no_key=True).get(pk=product_id)


def lock_variants(ids: Iterable[int]) -> dict[int, Variant]:
    """Variants by key, locked; a key that does not exist is absent."""
    rows = Variant.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(ids)).order_by("pk")
    return {variant.pk: variant for variant in rows}
