"""Event history: what CloudTrail keeps of management events for 90 days, trail or none."""
