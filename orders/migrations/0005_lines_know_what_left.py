from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_shop_numbers_found_by_a_part'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderline',
            name='shipped',
            field=models.DecimalField(db_default=Decimal('0'), decimal_places=3, default=Decimal('0'), max_digits=12, verbose_name='shipped'),
        ),
    ]
