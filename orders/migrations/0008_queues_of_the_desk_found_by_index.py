from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0007_colleagues_correct_orders")]

    operations = [
        AddIndexConcurrently(
            "order",
            models.Index(
                fields=["placed_at", "id"],
                condition=Q(status="released", is_shippable=True, is_test=False),
                name="orders_waiting_to_leave",
            ),
        ),
        AddIndexConcurrently(
            "order",
            models.Index(fields=["-placed_at", "-id"], condition=~Q(gift_message=""), name="orders_with_a_gift"),
        ),
        AddIndexConcurrently(
            "order",
            models.Index(fields=["-placed_at", "-id"], condition=Q(payment_status="on_delivery"), name="orders_cash_on_delivery"),
        ),
    ]
