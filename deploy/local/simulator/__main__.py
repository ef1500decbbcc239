"""Runs the simulator until it is stopped: `python -m deploy.local.simulator`."""

from deploy.local.simulator.server import server
from deploy.local.simulator.settings import SimulatorSettings

if __name__ == "__main__":
    server(SimulatorSettings()).run()
