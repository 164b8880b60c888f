"""What a real Trino answers to the queries here, recorded once, to hold our own answers against."""
