"""PostgreSQL learns how alike two words are."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_products_variants_kits")]

    operations = [TrigramExtension()]
