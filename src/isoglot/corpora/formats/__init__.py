"""Facts in files: isoglot's own format, LNewKnow's data, tables, Hugging Face datasets.

`docs/formats.md` describes every one of them.
"""

from isoglot.corpora.formats._columns import Columns
from isoglot.corpora.formats._spec import (
    DatasetSource,
    FileSource,
    LnewknowSource,
    Source,
    TableSource,
    read_source,
)
from isoglot.corpora.formats.dataset import read_dataset
from isoglot.corpora.formats.lnewknow import read_lnewknow
from isoglot.corpora.formats.own import check_target, fact_schema, read_facts, write_facts
from isoglot.corpora.formats.table import read_table

__all__ = [
    "Columns",
    "DatasetSource",
    "FileSource",
    "LnewknowSource",
    "Source",
    "TableSource",
    "check_target",
    "fact_schema",
    "read_dataset",
    "read_facts",
    "read_lnewknow",
    "read_source",
    "read_table",
    "write_facts",
]
