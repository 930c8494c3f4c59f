"""What all tests share. Hypothesis is only in the main environment, not in Rasa's."""

from importlib.util import find_spec

if find_spec("hypothesis"):
    from hypothesis import HealthCheck, settings

    # What the code gives is tested, not how busy the machine is that makes the examples.
    settings.register_profile(
        "fairway", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("fairway")
