"""Bring rows into the shape that a lake table declares, or say exactly why they do not fit."""

import pyarrow as pa
import pyarrow.compute as pc

from yingtai.lake.errors import ColumnsDoNotFit
from yingtai.lake.tables import LakeTable

BRAND_SHIFT = 40


def fit(table: LakeTable, data: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the rows with the columns of `schema`, in its order.

    In:     dictionary-encoded text is welcome and stays as it is: it sorts and writes faster
    Out:    a column that is missing is null; `brand_no` and `day` are worked out when they are missing
    Raises: ColumnsDoNotFit
    """
    unknown = set(data.column_names) - set(schema.names)
    if unknown:
        raise ColumnsDoNotFit(table=table.name, problem=f"it has no column {', '.join(sorted(unknown))}")
    data = _with_derived(table, data)
    columns = [_column(table, data, field) for field in schema]
    fitted = pa.Table.from_arrays(
        columns,
        schema=pa.schema([(name, column.type) for name, column in zip(schema.names, columns, strict=True)]),
    )
    for name in {table.partition_by, "node_no", "brand_no"}:
        if fitted[name].null_count:
            raise ColumnsDoNotFit(table=table.name, problem=f"{name} is missing in some rows")
    return fitted


def spelled_as_known(table: LakeTable, data: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return the rows with the columns they bring along under names that differ by more than case.

    Everybody's columns lie in one table whose names do not know case, so `trait_Size` is the neighbour's
    `trait_size`. Of two in one set the first is kept.
    """
    if not table.open_prefix:
        return data
    known = {name.lower(): name for name in reversed(schema.names)}
    kept: dict[str, pa.ChunkedArray] = {}
    for name, column in zip(data.column_names, data.columns, strict=True):
        kept.setdefault(known.setdefault(name.lower(), name), column)
    return pa.table(kept)


def added_columns(table: LakeTable, data: pa.Table, schema: pa.Schema) -> list[pa.Field]:
    """Return the columns that these rows bring along and the table may take in."""
    new = [field for field in data.schema if field.name not in schema.names]
    prefix = table.open_prefix
    return [pa.field(f.name, plain_type(f.type)) for f in new if prefix and f.name.startswith(prefix)]


def _with_derived(table: LakeTable, data: pa.Table) -> pa.Table:
    names = set(data.column_names)
    if "brand_no" not in names and "node_no" in names:
        data = data.append_column(
            "brand_no", pc.shift_right(data["node_no"], pa.scalar(BRAND_SHIFT, pa.int64()))
        )
    if "day" in table.declared and "day" not in names and "occurred_at" in names:
        data = data.append_column(
            "day", data["occurred_at"].cast(pa.timestamp("us")).cast(pa.date32(), safe=False)
        )
    return data


def _column(table: LakeTable, data: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    if field.name not in data.column_names:
        return pa.chunked_array([pa.nulls(len(data), field.type)])
    column = data[field.name]
    if pa.types.is_dictionary(column.type) and plain_type(column.type) == field.type:
        return column.unify_dictionaries()
    try:
        return column if column.type == field.type else column.cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as problem:
        if field.name not in table.declared:
            # Somebody else gave this name another type first: nobody can be stopped from writing by that.
            return pa.chunked_array([pa.nulls(len(data), field.type)])
        raise ColumnsDoNotFit(table=table.name, problem=f"{field.name}: {problem}") from problem


def plain_type(kind: pa.DataType) -> pa.DataType:
    """Return what a type holds, without the dictionary around it."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.string() if pa.types.is_large_string(value) else value
