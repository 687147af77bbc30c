"""`course.yaml` and what a platform says of a submission -> what holds for each student besides the answers."""
