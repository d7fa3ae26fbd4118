"""What has run low arrives again."""

import pytest
from django.contrib.auth.models import User

from erp.practice.demo.merchant.supplying import buy_in
from inventory.models import Movement, StockLevel

pytestmark = pytest.mark.django_db


def test_twelve_more_arrive_where_one_is_left(house):
    buyer = User.objects.create(username="acquisti")
    StockLevel.objects.update(reserved=9)

    assert buy_in(buyer) == ["MUG-1"]
    assert StockLevel.objects.get().on_hand == 22
    assert Movement.objects.get(reference="arrival").by == buyer


def test_nothing_arrives_where_there_is_enough(house):
    assert buy_in(User.objects.create(username="acquisti")) == []
    assert StockLevel.objects.get().on_hand == 10
