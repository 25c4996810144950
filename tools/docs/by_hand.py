"""The section of docs/protocol.md on what is typed by hand. A test of the whole line types the same lines."""

REGISTER = (
    '{"type":"register_request","message_id":"uuid","id":"cp_001","location":"Location_Info","price_per_kwh":0.20}'
)
DRIVER = '{"type":"driver_register","message_id":"uuid","driver_id":"driver_001"}'
CHARGE = '{"type":"charge_request","message_id":"uuid","cp_id":"cp_001","driver_id":"driver_001"}'
HEALTH = '{"type":"health_check_request","message_id":"uuid","id":"cp_001","timestamp":1234567890}'
FAULT = '{"type":"fault_notification","message_id":"uuid","id":"cp_001","failure_info":"Connection timeout"}'
RECOVERY = '{"type":"recovery_notification","message_id":"uuid","id":"cp_001"}'

SECTION = f"""## By hand

The specification's four messages are accepted to the letter, on the plain port (`wattline-bridge --plain-port 7001`).
Each line below is typed into `nc 127.0.0.1 7001`, or piped into `nc -N 127.0.0.1 7001`. What is logged is answered with
`{{"type":"ack","message_id":["uuid"]}}`; `uuid` stands for a real one: an id counts once for each kind of message.

A charge point appears, ACTIVE for as long as this `nc` runs. Where its board is connected already this line is not
needed, and is refused (`not_bound`); a board that registers as `cp_001` later takes its place:

```json
{REGISTER}
```

With a board and a car at `cp_001`, a driver who is not known yet charges there. The relay closes, and the charge ends
when the car is full or unplugged, or with a `charge_stop_request`:

```json
{DRIVER}
{CHARGE}
```

The engine's health, asked through the bridge and answered by the board (`offline` where there is none):

```json
{HEALTH}
```

A fault makes the charge point FAULTY, so that it takes no new charge, until its recovery:

```json
{FAULT}
{RECOVERY}
```
"""
