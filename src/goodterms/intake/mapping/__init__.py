"""What is understood of files, as a person reads, mends and passes it: the mapping file, its questions and answers, and the names that columns have."""
