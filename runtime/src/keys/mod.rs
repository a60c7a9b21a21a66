//! Algorithms, keys bound to one algorithm, key sets.
