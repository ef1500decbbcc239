"""What campaigns remembers: tables, migrations, one function a statement."""
