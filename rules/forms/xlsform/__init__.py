"""XLSForm: rows of cells to field definitions and back, as pure values."""
