"""The shift-scheduling benchmarks of Curtois and Qu: file format, a judge of rosters, and the way to the engine."""
