import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("crm", "0002_company_colour"), ("catalog", "0002_likeness_of_words")]

    operations = [
        AddIndexConcurrently(
            model_name="party",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["sort_name", "codice_fiscale", "partita_iva"],
                name="crm_party_similar",
                opclasses=["gin_trgm_ops", "gin_trgm_ops", "gin_trgm_ops"],
            ),
        ),
        AddIndexConcurrently(
            model_name="contactpoint",
            index=django.contrib.postgres.indexes.GinIndex(fields=["value"], name="crm_contact_point_similar", opclasses=["gin_trgm_ops"]),
        ),
    ]
