"""What the site has of its own, and the extension's views as models that Django only reads."""

from django.conf import settings
from django.db import models


# [member]
class Member(models.Model):
    """A table with the columns that attach() knows. A user model of your own (AbstractUser) can have them, too."""

    name = models.CharField(max_length=150)
    wanted_code = models.CharField(max_length=32, null=True)
    referred_by = models.CharField(max_length=40, null=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    # [end]


class Payment(models.Model):
    id = models.CharField(max_length=40, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    amount = models.DecimalField(max_digits=17, decimal_places=2)
    status = models.CharField(max_length=20)
    paid_at = models.DateTimeField(auto_now_add=True)


# [view]
class CommissionLine(models.Model):
    referrer = models.TextField()
    referee = models.TextField()
    event_kind = models.TextField()
    event_key = models.TextField()
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    currency = models.TextField()
    status = models.TextField()

    class Meta:
        managed = False
        db_table = '"referrals"."commission_ledger"'
# [end]


class Dashboard(models.Model):
    # One row for each person, mode and currency; this site has one of each.
    user_key = models.TextField(primary_key=True)
    code = models.TextField()
    tier = models.TextField()
    referrals = models.IntegerField()
    accrued = models.DecimalField(max_digits=19, decimal_places=4)
    balance = models.DecimalField(max_digits=19, decimal_places=4)

    class Meta:
        managed = False
        db_table = '"referrals"."dashboard"'
