"""The synthetic demonstration: records of a written-down process on real places (docs/demo.md)."""
