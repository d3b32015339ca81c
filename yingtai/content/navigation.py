from django.utils.translation import gettext_lazy as _

from yingtai.ui import navigation

navigation.register("campaigns", _("Content"), "content:template_list", place="content.template", order=30)
