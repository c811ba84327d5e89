"""Questions drawn for each student: the same student always gets the same numbers."""
