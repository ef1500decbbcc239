"""REST to gRPC and nothing else: no rule, no composition, no store."""
