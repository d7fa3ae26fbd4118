import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_order_numbers_start_at_1001")]

    operations = [
        migrations.CreateModel(
            name="OrderTag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tags", to="orders.order", verbose_name="order"
                    ),
                ),
            ],
            options={
                "verbose_name": "order tag",
                "verbose_name_plural": "order tags",
                "permissions": [("tag_order", "Can tag an order")],
                "indexes": [models.Index(fields=["name", "order"], name="orders_tags_by_name")],
                "constraints": [
                    models.UniqueConstraint(models.F("order"), django.db.models.functions.text.Lower("name"), name="orders_tag_once")
                ],
            },
        ),
    ]
