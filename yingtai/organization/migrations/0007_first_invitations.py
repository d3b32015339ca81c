"""Invitations of a first administrator are told from others, so that only one of them ever makes an account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0006_addresses_added_by_hand")]

    operations = [
        migrations.AddField(
            model_name="invitation", name="is_first", field=models.BooleanField(default=False)
        ),
        # One that was printed before this is asked for again; others made by nobody are invited again.
        migrations.RunSQL(
            "UPDATE organization_invitation SET withdrawn_at = now() "
            "WHERE made_by = '' AND role = 'administrator' AND used_at IS NULL AND withdrawn_at IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
