from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('channels', '0004_numbers_read_back_and_seen_to_differ'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='stockwrite',
            index=models.Index(fields=['window', '-sent_at'], name='channels_writes_of_window'),
        ),
        AddIndexConcurrently(
            model_name='stockwrite',
            index=models.Index(condition=models.Q(('answer', 'done')), fields=['account', '-answered_at'], name='channels_writes_answered'),
        ),
    ]
