"""What a driver reads: figures, reasons, help."""
