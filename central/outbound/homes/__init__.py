"""Homes: charge points in Home Assistant, by MQTT discovery."""
