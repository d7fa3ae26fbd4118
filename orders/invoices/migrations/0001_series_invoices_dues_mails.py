
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.expressions
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0004_documents'),
        ('crm', '0001_company_parties_evidence'),
        ('orders', '0001_orders_lines_money_holds_refunds'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DocumentDue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('invoice', 'Invoice'), ('corrispettivi', 'Corrispettivi'), ('oss', 'OSS'), ('export', 'Export')], max_length=14, verbose_name='document')),
                ('reason', models.CharField(max_length=30, verbose_name='because')),
                ('day', models.DateField(verbose_name='day')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('gross', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='total')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended')),
                ('ended_by', models.CharField(blank=True, choices=[('invoiced', 'An invoice was issued'), ('cancelled', 'The order was cancelled')], max_length=10, verbose_name='ended because')),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='document_due', to='orders.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'sale to document',
                'verbose_name_plural': 'sales to document',
            },
        ),
        migrations.CreateModel(
            name='DocumentDueRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rate', models.DecimalField(decimal_places=4, max_digits=7, verbose_name='rate')),
                ('nature', models.CharField(blank=True, max_length=5, verbose_name='nature')),
                ('net', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='taxable')),
                ('vat', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='VAT')),
                ('gross', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='total')),
                ('due', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='invoices.documentdue', verbose_name='sale')),
            ],
            options={
                'verbose_name': 'VAT rate of a sale',
                'verbose_name_plural': 'VAT rates of a sale',
            },
        ),
        migrations.CreateModel(
            name='HistoricalInvoiceSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(db_index=True, default=1, editable=False)),
                ('issue', models.CharField(choices=[('on_shipment', 'By itself, when all has left'), ('on_request', 'When a colleague asks for it')], default='on_request', max_length=12, verbose_name='invoices are issued')),
                ('send_by_mail', models.BooleanField(default=True, verbose_name='sent to the buyer by e-mail as soon as they are issued')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical invoice settings',
                'verbose_name_plural': 'historical invoice settings',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSeries',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.CharField(db_index=True, max_length=8, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('is_default', models.BooleanField(default=False, verbose_name='used unless another is chosen')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical invoice series',
                'verbose_name_plural': 'historical invoice series',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number_text', models.CharField(max_length=20, unique=True, verbose_name='number')),
                ('year', models.PositiveSmallIntegerField(verbose_name='fiscal year')),
                ('number', models.PositiveIntegerField(verbose_name='number in the year')),
                ('issued_on', models.DateField(verbose_name='date')),
                ('issued_at', models.DateTimeField(verbose_name='issued')),
                ('buyer_name', models.CharField(max_length=250, verbose_name='buyer')),
                ('language', models.CharField(max_length=5, verbose_name='language')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('gross', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='total')),
                ('net', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='taxable')),
                ('vat', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='VAT')),
                ('copy', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='frozen copy')),
                ('status', models.CharField(choices=[('issued', 'Issued'), ('credit_due', 'Credit note due')], default='issued', max_length=12, verbose_name='status')),
                ('credit_due', models.DecimalField(decimal_places=2, default=Decimal('0.00'), max_digits=12, verbose_name='to credit')),
                ('document', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.document', verbose_name='paper')),
                ('issued_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='issued by')),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='invoice', to='orders.order', verbose_name='order')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='crm.party', verbose_name='customer')),
            ],
            options={
                'verbose_name': 'invoice',
                'verbose_name_plural': 'invoices',
                'permissions': [('issue_invoice', 'Can issue an invoice'), ('send_invoice', 'Can send an invoice by e-mail')],
            },
        ),
        migrations.CreateModel(
            name='InvoiceMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.EmailField(max_length=254, verbose_name='to')),
                ('message_id', models.CharField(max_length=120, unique=True, verbose_name='Message-ID')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Being sent'), ('sent', 'Sent'), ('unknown', 'The mail server did not answer'), ('parked', 'Refused')], default='waiting', max_length=10, verbose_name='state')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('leased_until', models.DateTimeField(blank=True, null=True, verbose_name='claimed until')),
                ('is_handed_over', models.BooleanField(default=False, verbose_name='handed to the mail server')),
                ('error', models.TextField(blank=True, verbose_name='what went wrong')),
                ('requested_at', models.DateTimeField(verbose_name='asked for')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='invoices.invoice', verbose_name='invoice')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked for by')),
            ],
            options={
                'verbose_name': 'invoice by e-mail',
                'verbose_name_plural': 'invoices by e-mail',
            },
        ),
        migrations.CreateModel(
            name='InvoiceRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rate', models.DecimalField(decimal_places=4, max_digits=7, verbose_name='rate')),
                ('nature', models.CharField(blank=True, max_length=5, verbose_name='nature')),
                ('net', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='taxable')),
                ('vat', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='VAT')),
                ('gross', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='total')),
                ('rounding', models.DecimalField(decimal_places=8, max_digits=20, verbose_name='rounding')),
                ('channel_net', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='taxable as the channel said')),
                ('channel_vat', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='VAT as the channel said')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rates', to='invoices.invoice', verbose_name='invoice')),
            ],
            options={
                'verbose_name': 'VAT rate of an invoice',
                'verbose_name_plural': 'VAT rates of an invoice',
            },
        ),
        migrations.CreateModel(
            name='InvoiceSettings',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('issue', models.CharField(choices=[('on_shipment', 'By itself, when all has left'), ('on_request', 'When a colleague asks for it')], default='on_request', max_length=12, verbose_name='invoices are issued')),
                ('send_by_mail', models.BooleanField(default=True, verbose_name='sent to the buyer by e-mail as soon as they are issued')),
            ],
            options={
                'verbose_name': 'invoice settings',
                'verbose_name_plural': 'invoice settings',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='invoices_settings_are_one')],
            },
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=8, unique=True, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('is_default', models.BooleanField(default=False, verbose_name='used unless another is chosen')),
            ],
            options={
                'verbose_name': 'invoice series',
                'verbose_name_plural': 'invoice series',
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z0-9]+$')), name='invoices_series_code_shape', violation_error_message="A series' code is capital letters and digits only. Write it as FT."), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='invoices_one_default_series')],
            },
        ),
        migrations.AddField(
            model_name='invoice',
            name='series',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='invoices.series', verbose_name='series'),
        ),
        migrations.AddIndex(
            model_name='documentdue',
            index=models.Index(fields=['kind', 'day'], name='invoices_due_of_a_day'),
        ),
        migrations.AddIndex(
            model_name='documentdue',
            index=models.Index(condition=models.Q(('ended_on__isnull', False)), fields=['kind', 'ended_on'], name='invoices_due_ended'),
        ),
        migrations.AddConstraint(
            model_name='documentdue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_by', ''), ('ended_on', None)), models.Q(('ended_on__gte', models.F('day')), models.Q(('ended_by', ''), _negated=True)), _connector='OR'), name='invoices_due_end_has_cause'),
        ),
        migrations.AddConstraint(
            model_name='documentduerate',
            constraint=models.UniqueConstraint(fields=('due', 'rate', 'nature'), name='invoices_due_rate_once'),
        ),
        migrations.AddConstraint(
            model_name='documentduerate',
            constraint=models.CheckConstraint(condition=models.Q(('gross', django.db.models.expressions.CombinedExpression(models.F('net'), '+', models.F('vat')))), name='invoices_due_rate_adds_up'),
        ),
        migrations.AddIndex(
            model_name='invoicemail',
            index=models.Index(condition=models.Q(('state__in', ('waiting', 'sending'))), fields=['due_at'], name='invoices_mail_due'),
        ),
        migrations.AddConstraint(
            model_name='invoicemail',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'sending'))), fields=('invoice',), name='invoices_one_open_mail'),
        ),
        migrations.AddConstraint(
            model_name='invoicemail',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='invoices_sent_mail_has_moment'),
        ),
        migrations.AddConstraint(
            model_name='invoicerate',
            constraint=models.UniqueConstraint(fields=('invoice', 'rate', 'nature'), name='invoices_rate_once'),
        ),
        migrations.AddConstraint(
            model_name='invoicerate',
            constraint=models.CheckConstraint(condition=models.Q(('gross', django.db.models.expressions.CombinedExpression(models.F('net'), '+', models.F('vat')))), name='invoices_rate_adds_up'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['-issued_on', '-id'], name='invoices_newest_first'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['party', '-id'], name='invoices_of_a_party'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('document', None)), fields=['id'], name='invoices_without_paper'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('series', 'year', 'number'), name='invoices_number_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('gross', django.db.models.expressions.CombinedExpression(models.F('net'), '+', models.F('vat')))), name='invoices_net_and_vat_make_the_total'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='invoices_numbers_start_at_1'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('issued_on__year', models.F('year'))), name='invoices_number_belongs_to_its_year'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('credit_due__gte', 0)), name='invoices_credit_not_negative'),
        ),
    ]
