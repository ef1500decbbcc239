"""How analytics follows the other contexts."""
