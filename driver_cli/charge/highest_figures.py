"""Live figures never fall: a late message, or an API that was restarted, may know less than was shown before."""

from dataclasses import dataclass, field, replace

from driver_cli.api.answers import Charge

_RISING = ("energy_wh", "cost_minor", "elapsed_s")


@dataclass
class HighestFigures:
    """The highest that was shown of one charge."""

    _shown: dict[str, int] = field(default_factory=dict[str, int], init=False)

    def held(self, charge: Charge) -> Charge:
        """The charge as it is shown. One that has ended has the figures of its bill, whatever was shown before."""
        if charge.final:
            return charge
        told = {name: value for name in _RISING if (value := getattr(charge, name)) is not None}
        self._shown |= {name: max(value, self._shown.get(name, value)) for name, value in told.items()}
        raised = {name: self._shown[name] for name, value in told.items() if value < self._shown[name]}
        return replace(charge, **raised, raw={**charge.raw, **raised}) if raised else charge
