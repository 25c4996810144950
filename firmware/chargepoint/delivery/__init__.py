"""What engine and monitor both keep and send until it is acked."""
