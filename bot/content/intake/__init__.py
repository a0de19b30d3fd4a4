"""Files with opinions in them: what their columns are recognised by, and how their bytes become rows."""
