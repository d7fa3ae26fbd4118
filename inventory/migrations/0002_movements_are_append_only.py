"""A trigger refuses UPDATE and DELETE on movements: a wrong one is reversed by another, never changed."""

from django.db import migrations

REFUSE = """
CREATE TRIGGER inventory_movement_append_only BEFORE UPDATE OR DELETE ON inventory_movement
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
"""
ALLOW = "DROP TRIGGER inventory_movement_append_only ON inventory_movement;"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_levels_movements_reservations_windows"), ("core", "0002_history_is_append_only")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
