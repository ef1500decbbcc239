"""The gRPC services of the groups context."""
