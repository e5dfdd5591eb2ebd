//! Doses: how much by weight, and which whole vials make which doses.
