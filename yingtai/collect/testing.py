"""Ready-made imports for tests, ours and others'."""

from uuid import UUID

from yingtai.collect.importing.mapping import read_mapping
from yingtai.collect.services.imports import ask_for_import, map_import, start_import
from yingtai.collect.services.uploads import Arriving, save_upload
from yingtai.kernel.acting import Acting


def ask_for_import_of(acting: Acting, node_no: int, text: str, mapping: str) -> tuple[UUID, UUID]:
    """Upload a file, map it and ask for its import, as the pages do; return the import's id and the task's."""
    arriving = Arriving()
    arriving.write(text.encode())
    upload_id = save_upload(acting, arriving, node_no=node_no, name="file.csv")
    import_id = start_import(acting, node_no=node_no, upload_id=upload_id)
    map_import(acting, import_id, read_mapping(mapping).document)
    return import_id, ask_for_import(acting, import_id)


def ask_again(acting: Acting, import_id: UUID) -> UUID:
    """Ask for an import that has stopped or failed, and return the new task's id."""
    return ask_for_import(acting, import_id)
