"""The context that measures: read models fed by the other two contexts."""
