"""An index that begins with the same column stands beside each of these: every new order wrote both."""

import django.db.models.deletion
from django.db import migrations, models


def without_index(model: str, name: str, field: models.Field, *, index: str, of: str) -> migrations.SeparateDatabaseAndState:
    """Django would also drop the foreign key and check every row against it again, under a lock."""
    return migrations.SeparateDatabaseAndState(
        state_operations=[migrations.AlterField(model, name, field)],
        database_operations=[
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {index}", f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {of}")
        ],
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("channels", "0008_jobs_that_are_done_are_gone")]

    operations = [
        without_index(
            "inboxmessage",
            "account",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="channels.account", verbose_name="account"),
            index="channels_inboxmessage_account_id_e5ca1997",
            of="channels_inboxmessage (account_id)",
        ),
        without_index(
            "orderlease",
            "account",
            models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="channels.account"),
            index="channels_orderlease_account_id_a127c963",
            of="channels_orderlease (account_id)",
        ),
    ]
