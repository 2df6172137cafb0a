"""Nothing of its own: the function that measures customers' data, which each migration makes anew, has changed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_file_work")]

    operations = []
