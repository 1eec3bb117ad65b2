//! The HTTP API and the planner pages.
