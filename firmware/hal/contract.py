"""What the hardware gives the rules: a platform, and byte lines. Duck-typed: members are all that counts.

A platform has:

    board            hardware id, at most 24 of A-Z a-z 0-9 _ -
    state_dir        folder where files are kept over a power cut
    indicative       True where its converter is too coarse to bill by; whoever registers it says so
    flash_writes     how many flash writes one pass of the loop may cost: each may hold everything up for FLASH_MOST_MS
                     (chargepoint/delivery/storage.py)
    reset_cause      one of RESET_CAUSES: why this board started
    skew_us          how long after its voltage a current is read, as far as windows still bear it: within
                     ±SKEW_MOST_US. A converter whose pairs lie further apart declares it, and hal/windows.py corrects
    ticks_ms()       milliseconds, wrapping at 2^30 (12.4 days, see chargepoint/ticks.py); only ever compared by:
    ticks_diff(a, b) a - b, right while they lie less than 2^29 ms apart
    sleep_ms(ms)     the loop's sleep, the only call of all that blocks
    random_bytes(n)
    step(now)        does what its own I/O has ready, without blocking; the loop calls it first on every pass

    relay(closed)    the level of the relay's pin; may be set again and again; open (False) until first set
    relay_level()    what the relay's pin reads back, at its driver where that can be read: True closed, False open;
                     None where it cannot be read
    trip(on)         the trip output (an upstream contactor): stays as set. has_trip: whether there is one
    window()         None, or the platform's one SampleWindow, filled anew: the next window not yet given, of at most
                     WINDOW_MS (longer only where a plant runs fast). Called until it gives None, no sample is lost and
                     none counted twice
    lost_ms          window time that nobody fetched in time and that is lost; only ever grows (wraps at 2^30)
    vehicle()        "present", "absent", or "unknown"
    temperature_mc() at the relay, in thousandths of a degree Celsius; None without a sensor
    feedback()       whether there is voltage on the load's side of the relay; None without that input
    rcm_tripped()    whether the residual current monitor has tripped; None without that input
    stop_pressed()   whether the emergency stop is pressed; None without that input
    report_register(meter_id, register_wh, session_id)
                     what the meter has counted, session_id None between charges; called on every pass. Only a
                     simulated board does anything with it: its plant records it beside its own integral
    start_watchdog() from now on a pause of WATCHDOG_MS between two feeds starts the board anew; it cannot be stopped
    feed_watchdog()  sampling, protection and control have each advanced (chargepoint/engine/pulse.py)
    maintenance()    whether the flag is up: then neither rules nor watchdog start, and files may be replaced
    set_maintenance(on)
                     raises or lowers the flag, which lies on flash
    reset()          starts the board anew; does not return

Inputs that no longer arrive (a dead sensor, a lost plant) give no window, "unknown" and None: the rules decide
what that means. The time of samples is their `duration_ms`, which outruns ticks_ms where a plant is fast.
Samples are buffered: a loop that is held up for BRIDGED_MS with its interrupts off still finds every window.
Windows in the making or on their way when the pin moves come after it: what flowed until the relay had opened is
in the register once a window came whose `relay` is False. A charge's end is read then, not at `relay(False)`.

A byte line (hal/tcp.py, hal/serial.py, hal/uart.py, hal/usb.py) carries bytes both ways, and none of its members blocks
or raises:

    step(now)        does what is ready
    is_open          bytes may go both ways
    is_dialling      it may yet come to that
    generation       rises with every connection that opened
    read(most)       bytes, b"" if there are none
    write(data)      takes all of it, or (False) nothing where there is no room
    dial()           begins a connection; does nothing where the other side or a wire does it
    close()          what is still to be sent is dropped
"""

from chargepoint.sample_window import COUNT_BITS

WINDOW_MS = 50  # a protection waits for a window's end, and the relay is to open within 100 ms of its time
SKEW_MOST_US = 20
BRIDGED_MS = 1000
WATCHDOG_MS = 4000
RESET_CAUSES = ("power", "watchdog", "software", "unknown")
COUNT_MIN = -(1 << COUNT_BITS)
COUNT_MAX = (1 << COUNT_BITS) - 1
