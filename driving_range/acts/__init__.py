"""A file for each rule: `cases(seed)` yields what it must find and what it must be silent on."""
