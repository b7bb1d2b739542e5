"""The sections of the page: each turns a view into content, nothing else."""
