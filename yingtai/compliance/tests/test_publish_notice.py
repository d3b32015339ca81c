"""A published notice is final; a new wording is a new version."""

import pytest
from django.db import DatabaseError

from yingtai.compliance import api, queries
from yingtai.compliance.models import Notice
from yingtai.kernel.scoping import acting_transaction


def test_every_publication_is_a_version_of_its_own(acting, brand):
    purpose = api.register_purpose(
        acting, node_no=brand.node_no, code="marketing.email", title="Mail", channels=["email"]
    )

    api.publish_notice(
        acting, node_no=brand.node_no, purpose="marketing.email", texts=[("en", "News", "One.")]
    )
    api.publish_notice(
        acting, node_no=brand.node_no, purpose="marketing.email", texts=[("en", "News", "Two.")]
    )

    assert [(n.version, n.text) for n in queries.list_notices(acting, purpose)] == [(2, "Two."), (1, "One.")]
    assert api.latest_notice_version(acting, node_no=brand.dealer_no, purpose="marketing.email") == 2


def test_a_published_notice_cannot_be_changed(acting, brand):
    api.install_standard_purposes(acting, node_no=brand.node_no)

    with pytest.raises(DatabaseError, match="permission denied"), acting_transaction(acting):
        Notice.objects.update(text="Something else.")


def test_a_purpose_is_registered_once(acting, brand):
    api.install_standard_purposes(acting, node_no=brand.node_no)

    with pytest.raises(api.PurposeIsTaken):
        api.register_purpose(
            acting, node_no=brand.node_no, code="marketing.email", title="Mail", channels=["email"]
        )
    assert api.install_standard_purposes(acting, node_no=brand.node_no) == []


def test_a_notice_needs_its_purpose(acting, brand):
    with pytest.raises(api.PurposeNotFound):
        api.publish_notice(
            acting, node_no=brand.node_no, purpose="marketing.email", texts=[("en", "News", "One.")]
        )
