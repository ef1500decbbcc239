"""The rules of the groups context, free of any input and output."""
