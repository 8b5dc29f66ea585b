"""The contract of a data set: its labels, tables, columns and documents, each defined once."""
