"""What can go wrong with the lake, and what to do about it."""

from yingtai.kernel.errors import ProductError


class LakeDamaged(RuntimeError):
    """Files of the lake are missing or cannot be read. No request's fault: whoever writes stops until it is mended."""


class QueryNotUnderstood(ProductError):
    """What the engine said is for whoever wrote the query: it quotes SQL and places, so no page shows it."""

    code = "lake.query-not-understood"
    title = "This query cannot be read"
    remedy = "Write one SELECT statement in DuckDB's dialect and try again."

    def __str__(self) -> str:
        return f"{self.title}: {self.facts.get('problem', '')}"


class QueryNotAllowed(ProductError):
    code = "lake.query-not-allowed"
    title = "This query reaches past the lake: {problem}"
    remedy = "Read only the tables of the lake, in one SELECT statement, without functions that open files."


class QueryCannotBeTranslated(ProductError):
    code = "lake.query-cannot-be-translated"
    title = "This query has no equivalent on Spark: {problem}"
    remedy = "Write it with functions that both engines know; the lake's README names those to avoid."


class ColumnsDoNotFit(ProductError):
    code = "lake.columns-do-not-fit"
    title = "These rows do not fit the lake table {table}: {problem}"
    remedy = "Compare the columns and their types with the table's declaration in tables.py."
    status = 500


class BatchOutOfOrder(ProductError):
    code = "lake.batch-out-of-order"
    title = "Batch {batch_no} comes after batch {latest} was already published by {writer}"
    remedy = (
        "Publish a writer's batches in their order, or give the second source of batches its own writer name."
    )
    status = 500


class BatchNotStaged(ProductError):
    code = "lake.batch-not-staged"
    title = "Batch {batch_no} was committed but its rows are not on disk"
    remedy = "Restore the lake folder from its backup, or replay the requests of this batch."
    status = 500


class TableIsBusy(ProductError):
    code = "lake.table-is-busy"
    title = "Another process kept changing the lake table {table}"
    remedy = "Try again in a minute; if it happens often, look for a second maintenance run."
    status = 503
