from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0005_lines_know_what_left'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='shipped_elsewhere',
            field=models.CharField(
                blank=True,
                choices=[('ours', 'From our stock'), ('theirs', "From another's stock")],
                db_default='',
                default='',
                max_length=6,
                verbose_name='shipped elsewhere',
            ),
        ),
    ]
