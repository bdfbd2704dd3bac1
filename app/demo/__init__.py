"""The synthetic demonstration: records of a written-down process on real places, for those who try Naqsha (docs/demo.md)."""
