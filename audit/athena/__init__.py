"""Athena's SQL said in DuckDB's, meaning for meaning.

sqlglot reads the text; what it means is decided here, with Trino's types and rules, and written out for
DuckDB with every conversion explicit. What is not described here is refused: a construct whose two meanings
nobody has compared must not be answered.
"""
