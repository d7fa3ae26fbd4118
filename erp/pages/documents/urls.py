from django.urls import path

from erp.pages.documents import batches, views

urlpatterns = [
    path("documents/<int:document_id>/", views.document, name="document"),
    path("documents/<int:document_id>/live/", views.document_live, name="document_live"),
    path("labels/<int:label_id>/paper/", views.label_paper, name="label_paper"),
    path("shipments/<int:shipment_id>/slip/", views.shipment_slip, name="shipment_slip"),
    path("pick-lists/<int:pick_list_id>/paper/", views.pick_list_paper, name="pick_list_paper"),
    path("batches/<int:batch_id>/", batches.batch, name="batch"),
    path("batches/<int:batch_id>/live/", batches.batch_live, name="batch_live"),
    path("batches/<int:batch_id>/papers/", batches.batch_papers, name="batch_papers"),
    path("batches/<int:batch_id>/finish/", batches.batch_finish, name="batch_finish"),
    path("batches/<int:batch_id>/print/", batches.batch_print, name="batch_print"),
]
