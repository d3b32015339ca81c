from django.db import migrations

from yingtai.organization import schema


class Migration(migrations.Migration):
    """Let workers remove old sign-ins without a right to read them."""

    dependencies = [
        ('organization', '0002_record_invitations_approvals'),
    ]
    operations = [
        migrations.RunSQL([schema.PRUNE_SIGN_INS, schema.GRANTS], ["DROP FUNCTION organization_prune_sign_ins"]),
    ]
