"""What carries lines, and nothing of what they mean: TCP, serial ports, MQTT."""
