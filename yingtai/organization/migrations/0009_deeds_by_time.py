from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organization', '0008_reason_of_a_wish'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='deed',
            index=models.Index(fields=['-at', '-id'], name='deed_by_time'),
        ),
    ]
