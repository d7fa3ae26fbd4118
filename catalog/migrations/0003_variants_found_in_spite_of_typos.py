import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("catalog", "0002_likeness_of_words")]

    operations = [
        AddIndexConcurrently(
            model_name="variant",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("sort_title"), name="gin_trgm_ops"),
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("sku"), name="gin_trgm_ops"),
                django.contrib.postgres.indexes.OpClass(models.F("gtin"), name="gin_trgm_ops"),
                name="catalog_variant_similar",
            ),
        ),
    ]
