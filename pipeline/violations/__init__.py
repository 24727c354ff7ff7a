"""The acts: one file each, found by registration; no rule knows another."""
