"""Stories told by clients that others wrote: each an independent reader of what the local AWS answers."""
