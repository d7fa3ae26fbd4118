"""Schedules that stand already are moved too: fifty labels bought by a sweep would stand before sales as those of a wake-up did."""

from django.db import migrations

MOVE = """
    UPDATE django_celery_beat_periodictask SET queue = %s
    WHERE queue = %s AND task IN ('inventory.shipping.tasks.buy_labels', 'inventory.shipping.tasks.settle_print_batches')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("shipping", "0007_carriers_ask_for_phone_and_take_boxes"),
        ("django_celery_beat", "0001_initial"),
    ]

    operations = [migrations.RunSQL([(MOVE, ["outside", "live"])], [(MOVE, ["live", "outside"])])]
