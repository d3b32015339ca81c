from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organization', '0007_first_invitations'),
    ]

    operations = [
        migrations.AddField(
            model_name='approval',
            name='reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
    ]
