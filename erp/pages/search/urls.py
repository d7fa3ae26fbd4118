from django.urls import path

from erp.pages.search.views import search

urlpatterns = [path("search/", search, name="search")]
