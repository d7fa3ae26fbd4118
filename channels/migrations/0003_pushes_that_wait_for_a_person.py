import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0002_numbers_sent_to_windows'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='push_confirmed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='numbers last allowed'),
        ),
        migrations.AddField(
            model_name='account',
            name='push_stopped_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='numbers stopped since'),
        ),
        migrations.AddField(
            model_name='account',
            name='stop_least',
            field=models.PositiveIntegerField(db_default=10, default=10, help_text='So that one article never stops a small shop.', verbose_name='and above this many listings'),
        ),
        migrations.AddField(
            model_name='account',
            name='stop_percent',
            field=models.PositiveSmallIntegerField(db_default=5, default=5, help_text='Percent of the listings that may fall to “sold out” in a day without a sale before a person is asked; 100 never asks.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='stop numbers above this part of the listings'),
        ),
        migrations.AddField(
            model_name='historicalaccount',
            name='stop_least',
            field=models.PositiveIntegerField(db_default=10, default=10, help_text='So that one article never stops a small shop.', verbose_name='and above this many listings'),
        ),
        migrations.AddField(
            model_name='historicalaccount',
            name='stop_percent',
            field=models.PositiveSmallIntegerField(db_default=5, default=5, help_text='Percent of the listings that may fall to “sold out” in a day without a sale before a person is asked; 100 never asks.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='stop numbers above this part of the listings'),
        ),
        migrations.AddField(
            model_name='numberrequest',
            name='held_as',
            field=models.CharField(blank=True, choices=[('fall', 'Would fall to “sold out” without a sale'), ('raise', 'Would be raised')], db_default='', max_length=5, verbose_name='waits for a person'),
        ),
        migrations.AddField(
            model_name='numberrequest',
            name='is_allowed',
            field=models.BooleanField(db_default=False, default=False, verbose_name='allowed by a person'),
        ),
        migrations.AddField(
            model_name='stockwrite',
            name='is_fall',
            field=models.BooleanField(db_default=False, default=False, verbose_name='falls without a sale'),
        ),
        migrations.AddIndex(
            model_name='stockwrite',
            index=models.Index(condition=models.Q(('is_fall', True)), fields=['account', 'sent_at'], name='channels_writes_that_fall'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('stop_percent__lte', 100)), name='channels_stop_percent_within_hundred'),
        ),
        migrations.AddConstraint(
            model_name='numberrequest',
            constraint=models.CheckConstraint(condition=models.Q(('held_as__in', ['', 'fall', 'raise'])), name='channels_request_hold_known'),
        ),
    ]
