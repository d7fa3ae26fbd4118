
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0003_variants_found_in_spite_of_typos'),
        ('inventory', '0002_movements_are_append_only'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='stockexception',
            name='inventory_exception_cause_known',
        ),
        migrations.AlterField(
            model_name='stockexception',
            name='cause',
            field=models.CharField(choices=[('physical_loss', 'Pieces are missing in the warehouse'), ('hand_edited', 'The number was edited by hand in the shop'), ('staff_order', "An order made or enlarged by the shop's staff beyond what the window shows"), ('paid_after_expiry', 'An order paid after the shop let it expire'), ('backorders_on', 'The shop sells without stock'), ('restock_after_pick', 'The shop put back a piece that is picked or gone'), ('kit_changed', 'What a kit is made of was changed'), ('warehouse_off', 'A warehouse was switched off')], max_length=20, verbose_name='cause'),
        ),
        migrations.AddConstraint(
            model_name='stockexception',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['physical_loss', 'hand_edited', 'staff_order', 'paid_after_expiry', 'backorders_on', 'restock_after_pick', 'kit_changed', 'warehouse_off'])), name='inventory_exception_cause_known'),
        ),
    ]
