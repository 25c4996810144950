"""How boards reach the bridge: TCP, serial ports, MQTT."""
