import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('channels', '0003_pushes_that_wait_for_a_person'),
    ]

    operations = [
        migrations.AddField(
            model_name='stockwrite',
            name='read_back',
            field=models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True, verbose_name='read back'),
        ),
        migrations.AddField(
            model_name='stockwrite',
            name='read_back_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='read back at'),
        ),
        migrations.CreateModel(
            name='Difference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('window', models.CharField(max_length=250, verbose_name='window')),
                ('seen', models.DecimalField(decimal_places=3, max_digits=12, verbose_name='seen in the shop')),
                ('expected', models.DecimalField(decimal_places=3, max_digits=12, verbose_name='expected')),
                ('seen_at', models.DateTimeField(verbose_name='seen at')),
                ('sold_read', models.DecimalField(decimal_places=3, editable=False, max_digits=12)),
                ('restocked_read', models.DecimalField(decimal_places=3, editable=False, max_digits=12)),
                ('is_certain', models.BooleanField(default=True, editable=False)),
                ('verdict', models.CharField(choices=[('open', 'Orders are being read'), ('orders', 'Explained by orders'), ('hand', 'Edited by hand in the shop'), ('void', 'Our own number was not certain')], default='open', max_length=9, verbose_name='verdict')),
                ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='told at')),
                ('put_right_at', models.DateTimeField(blank=True, null=True, verbose_name='put right')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='differences', to='channels.account', verbose_name='account')),
                ('listing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='differences', to='channels.listing', verbose_name='listing')),
            ],
            options={
                'verbose_name': 'number that differed',
                'verbose_name_plural': 'numbers that differed',
                'indexes': [models.Index(fields=['listing', '-seen_at'], name='channels_difference_listing'), models.Index(fields=['account', '-seen_at'], name='channels_difference_account'), models.Index(condition=models.Q(('put_right_at', None), ('verdict', 'hand')), fields=['listing'], name='channels_hand_edits_to_mend')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('verdict', 'open')), fields=('window',), name='channels_one_open_difference'), models.CheckConstraint(condition=models.Q(('verdict__in', ['open', 'orders', 'hand', 'void'])), name='channels_difference_verdict_known'), models.CheckConstraint(condition=models.Q(models.Q(('told_at', None), ('verdict', 'open')), models.Q(models.Q(('verdict', 'open'), _negated=True), ('told_at__isnull', False)), _connector='OR'), name='channels_difference_told_once')],
            },
        ),
    ]
