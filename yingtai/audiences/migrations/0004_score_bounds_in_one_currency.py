from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audiences', '0003_score_bounds'),
    ]

    operations = [
        migrations.AddField(
            model_name='scorebounds',
            name='currency',
            field=models.CharField(db_default='', default='', max_length=3),
        ),
    ]
