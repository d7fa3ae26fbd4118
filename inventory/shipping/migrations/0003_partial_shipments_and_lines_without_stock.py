from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('shipping', '0002_labels_keep_what_was_sent_rules_know_cash'),
    ]

    operations = [
        migrations.AddField(
            model_name='shipment',
            name='is_partial',
            field=models.BooleanField(default=False, verbose_name='leaves without what is missing'),
        ),
        migrations.AddField(
            model_name='shipmentline',
            name='takes_stock',
            field=models.BooleanField(default=True, verbose_name='takes stock'),
        ),
    ]
