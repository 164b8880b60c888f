"""Programs that use AuditTrail as a plugin component, in every language."""
