//! Floor 0: the event queue.
