"""A trigger refuses to change what an issued invoice says, and to delete it; how far it is (credit, paper, status) may move."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION invoices_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND
       to_jsonb(NEW) - ARRAY['status', 'credit_due', 'document_id'] = to_jsonb(OLD) - ARRAY['status', 'credit_due', 'document_id'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an issued invoice is frozen: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER invoices_invoice_frozen BEFORE UPDATE OR DELETE ON invoices_invoice
    FOR EACH ROW EXECUTE FUNCTION invoices_refuse_change();
CREATE TRIGGER invoices_rate_frozen BEFORE UPDATE OR DELETE ON invoices_invoicerate
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
"""
ALLOW = """
DROP TRIGGER invoices_rate_frozen ON invoices_invoicerate;
DROP TRIGGER invoices_invoice_frozen ON invoices_invoice;
DROP FUNCTION invoices_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_series_invoices_dues_mails"), ("core", "0002_history_is_append_only")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
