"""The faces of a report: page, Word document, Excel ledger."""
