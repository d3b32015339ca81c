"""An import-linter contract: modules meet only at their `api` and `events`."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OneDoor(Contract):
    """Fails when a module imports past another module's door.

    Options: root   the package whose children are modules, all closed but for their doors
             doors  the files of a module that anyone above may import
             open   the modules that have no walls
    """

    type_name = "one_door"

    root = fields.StringField()
    doors = fields.ListField(subfield=fields.StringField())
    open = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        closed = {child.rpartition(".")[2] for child in graph.find_children(self.root)}
        trespasses = [
            (importer, imported)
            for module in closed - set(self.open)
            for imported in graph.find_descendants(f"{self.root}.{module}")
            for importer in graph.find_modules_that_directly_import(imported)
            if not importer.startswith(f"{self.root}.{module}.")
            and not self._may_pass(importer, imported.split(".")[2])
        ]
        return ContractCheck(kept=not trespasses, metadata={"trespasses": sorted(trespasses)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["trespasses"]:
            output.print_error(f"{importer} must not import {imported}; ask for it in its api.py")

    def _may_pass(self, importer: str, file: str) -> bool:
        # The composition root mounts urls and endpoints and starts the collector; the benches measure what lies
        # behind the doors; tests, and what makes data for them, borrow ready-made data.
        here = importer.split(".")[1]
        mounts = here == "web" and file in {"urls", "endpoints", "middleware"}
        borrows = file == "testing" and ".tests." in importer
        furnishes = importer.endswith(".testing")
        return file in self.doors or mounts or borrows or furnishes or here == "bench"
