//! Refused input in HTTP.
