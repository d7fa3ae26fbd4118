"""A document is claimed under a lease; once it has content, a trigger refuses to change or delete it."""

from django.db import migrations, models

REFUSE = """
CREATE TRIGGER core_document_is_kept BEFORE UPDATE OR DELETE ON core_document
    FOR EACH ROW WHEN (OLD.content IS NOT NULL) EXECUTE FUNCTION core_refuse_change();
"""
ALLOW = "DROP TRIGGER core_document_is_kept ON core_document;"


class Migration(migrations.Migration):
    dependencies = [("core", "0004_documents")]
    operations = [
        migrations.AddField(
            "document",
            "leased_until",
            models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            "document",
            "attempts",
            models.PositiveSmallIntegerField(default=0),
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
