"""What a driver reads: figures, tables, reasons, help."""
