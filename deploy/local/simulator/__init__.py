"""A telephony provider on this machine: Retell's HTTP interface, with faults on demand."""
