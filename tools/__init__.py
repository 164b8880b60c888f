"""What developers run: the generator of everything that is made from the code."""
