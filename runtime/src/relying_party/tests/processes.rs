//! Processes that share a record, and refresh the same token at the same time.
