//! Measures on a city and what they do to supply, demand and distance.
