from django.urls import path

from erp.pages.shipments.acting import act as act_on_one
from erp.pages.shipments.handed import labels, labels_file, manifest
from erp.pages.shipments.numbers import number, numbers, parcels_file, refused_file, take_file
from erp.pages.shipments.one import shipment
from erp.pages.shipments.views import act, live, shipments

urlpatterns = [
    path("shipments/", shipments, name="shipments"),
    path("shipments/live/", live, name="shipments_live"),
    path("shipments/act/", act, name="shipments_act"),
    path("shipments/handed-over/", manifest, name="shipments_manifest"),
    path("shipments/numbers/", numbers, name="shipments_numbers"),
    path("shipments/numbers/enter/", number, name="shipments_number"),
    path("shipments/numbers/<int:carrier_id>/parcels.csv", parcels_file, name="shipments_parcels_file"),
    path("shipments/numbers/<int:carrier_id>/file/", take_file, name="shipments_take_file"),
    path("shipments/numbers/refused/<int:receipt_id>.csv", refused_file, name="shipments_refused_file"),
    path("shipments/labels/<int:receipt_id>/", labels, name="shipments_labels"),
    path("shipments/labels/<int:receipt_id>/labels.<slug:kind>", labels_file, name="shipments_labels_file"),
    path("shipments/<int:shipment_id>/", shipment, name="shipment"),
    path("shipments/<int:shipment_id>/act/<slug:name>/", act_on_one, name="shipment_act"),
]
