"""The demonstration: fictional businesses, their contacts, and the main job from start to end."""
