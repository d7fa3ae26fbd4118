"""An index that begins with the same column stands beside each of these: every new order wrote both."""

import django.db.models.deletion
from django.db import migrations, models


def without_index(model: str, name: str, field: models.Field, *, index: str, of: str) -> migrations.SeparateDatabaseAndState:
    """Django would also drop the foreign key and check every row against it again, under a lock."""
    return migrations.SeparateDatabaseAndState(
        state_operations=[migrations.AlterField(model, name, field)],
        database_operations=[
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {index}", f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {of}")
        ],
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("crm", "0003_parties_found_in_spite_of_typos"), ("orders", "0010_holds_for_refunds_strange_totals_and_parcels")]

    operations = [
        without_index(
            "adjustment",
            "order",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="adjustments", to="orders.order", verbose_name="order"),
            index="orders_adjustment_order_id_50e83d10",
            of="orders_adjustment (order_id)",
        ),
        without_index(
            "order",
            "party",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="crm.party", verbose_name="customer"),
            index="orders_order_party_id_9dddf911",
            of="orders_order (party_id)",
        ),
        without_index(
            "orderline",
            "order",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="orders.order", verbose_name="order"),
            index="orders_orderline_order_id_17f8f3ef",
            of="orders_orderline (order_id)",
        ),
        without_index(
            "payment",
            "order",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="payments", to="orders.order", verbose_name="order"),
            index="orders_payment_order_id_bdccf250",
            of="orders_payment (order_id)",
        ),
    ]
