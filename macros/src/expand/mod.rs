//! Checked declarations to tokens; reads no attributes and cannot fail.
