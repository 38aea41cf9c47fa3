//! slimpix
