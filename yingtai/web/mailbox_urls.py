from django.urls import path

from yingtai.web import mailbox_pages

app_name = "mailbox"
urlpatterns = [
    path("", mailbox_pages.mailbox, name="mailbox"),
    path("accounts/", mailbox_pages.accounts, name="accounts"),
    path("accounts/<int:no>/", mailbox_pages.account_mail, name="account_mail"),
    path("<int:no>/", mailbox_pages.mail, name="mail"),
    path("<int:no>/content", mailbox_pages.mail_content, name="mail_content"),
]
