//! Nothing but benches: `ours` and `inside`.
