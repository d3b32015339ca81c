"""Whoever signed in could add addresses to their account; only the one they were invited by stays."""

from django.db import migrations

FORGET = """
DELETE FROM account_emailaddress AS added USING organization_staff AS staff
WHERE added.user_id = staff.id AND lower(added.email) <> lower(staff.email)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0005_who_made_whom"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
