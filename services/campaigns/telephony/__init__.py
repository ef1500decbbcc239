"""The telephony provider: placing calls, looking them up, reading what it reports."""
