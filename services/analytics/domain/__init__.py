"""What figures mean and how they are made: pure rules."""
