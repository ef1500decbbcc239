"""The gRPC doors of the analytics context."""
