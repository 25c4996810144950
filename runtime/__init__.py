"""What every process needs: settings, logging, shutdown."""
