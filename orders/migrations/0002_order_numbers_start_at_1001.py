"""The number shown is the key; a first order called 1 would look like a test."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_orders_lines_money_holds_refunds")]

    operations = [
        migrations.RunSQL("ALTER TABLE orders_order ALTER COLUMN id RESTART WITH 1001", "ALTER TABLE orders_order ALTER COLUMN id RESTART WITH 1")
    ]
