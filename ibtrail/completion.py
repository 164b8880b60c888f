"""`ibtrail completion`."""

from console.completion import completion_of

completion = completion_of("ibtrail")
