"""Programs in other languages that use AuditTrail as a plugin component."""
