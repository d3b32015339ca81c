"""A file that somebody brought and nobody wants: it goes with its key, and so does what was said of its columns."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from yingtai.collect.errors import ImportNotFound, ImportUnderWay
from yingtai.collect.models import Import, UploadedFile
from yingtai.collect.sealed_files import errors_path, upload_path
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_words
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.tasks import ask_to_stop
from yingtai.organization.api import record_deed
from yingtai.vault.api import destroy_keys

deed_words.register("import.discarded", _("discarded a file that was not imported"))


def discard_import(acting: Acting, import_id: UUID) -> None:
    """Forget an import of which nothing was loaded, with its file: its key is destroyed, then its bytes are removed.

    Raises: ImportNotFound, ImportUnderWay when it runs or anything of it was loaded
    """
    with acting_transaction(acting):
        found = Import.objects.select_for_update().filter(id=import_id).first()
        if found is None:
            raise ImportNotFound
        if found.state in {Import.State.QUEUED, Import.State.BEGUN, Import.State.DONE} or found.began_as:
            raise ImportUnderWay
        if found.task_id:
            ask_to_stop(acting, found.task_id)
        upload_id = found.upload_id
        upload = UploadedFile.objects.filter(id=upload_id).first() if upload_id else None
        record_deed(acting, "import.discarded", node_no=found.node_no, about=str(found.id))
        found.delete()
        if upload:
            destroy_keys([upload.key_id])
            upload.delete()
    if upload_id:
        upload_path(upload_id).unlink(missing_ok=True)
    errors_path(import_id).unlink(missing_ok=True)
