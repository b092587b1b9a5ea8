"""What the township knows and promises: records, rules, use-cases, storage."""
