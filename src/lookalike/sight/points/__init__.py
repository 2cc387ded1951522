"""Pictures found by their keypoints: extraction, `SightIndex`, and pairs within a collection."""
