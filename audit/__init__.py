"""What happens after delivery: reading, explaining, proving."""
