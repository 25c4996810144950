"""The whole system on one machine, as real processes: log, MQTT broker, Central, bridge, plants and boards."""
