//! What the engine of assessments answers, on every bound.
