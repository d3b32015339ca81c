from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0007_alone_people'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='changed_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
    ]
