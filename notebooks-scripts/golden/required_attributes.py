"""Which attributes the definitions of ONNX require, by operator and operator set.

    python required_attributes.py Tests/ModelFormatsTests/Golden/required_attributes.json
"""

import json
import pathlib
import sys

import onnx

from made_with import record

FIRST_SET = 6
KINDS = {"INT": "int", "INTS": "ints", "FLOAT": "float", "FLOATS": "floats", "STRING": "string", "TENSOR": "tensor"}


def main(path):
    rows = []
    newest = onnx.defs.onnx_opset_version()
    for name in sorted({schema.name for schema in onnx.defs.get_all_schemas() if schema.domain == ""}):
        for operator_set in range(FIRST_SET, newest + 1):
            try:
                schema = onnx.defs.get_schema(name, operator_set)
            except onnx.defs.SchemaError:
                continue
            if schema.deprecated:
                continue
            required = {
                attribute: KINDS.get(str(entry.type).split(".")[-1], "graph")
                for attribute, entry in schema.attributes.items()
                if entry.required
            }
            if required:
                rows.append(
                    {
                        "operator": name,
                        "set": operator_set,
                        "inputs": schema.min_input,
                        "required": dict(sorted(required.items())),
                    }
                )
    # The first set of each definition, and the last.
    kept = [
        row
        for before, row, after in zip([None] + rows, rows, rows[1:] + [None])
        if not (before and after and same(before) == same(row) == same(after))
    ]
    with open(path, "w") as file:
        json.dump({"onnx": onnx.__version__, "rows": kept}, file, indent=1)
        file.write("\n")


def same(row):
    return row["operator"], row["inputs"], row["required"]


main(*sys.argv[1:])
record(pathlib.Path(sys.argv[1]).parent, pathlib.Path(sys.argv[1]).name)
