//! temporary
use std::collections::HashMap;
use std::sync::OnceLock;
pub fn tune(name: &str, default: i32) -> i32 {
    static MAP: OnceLock<HashMap<String, i32>> = OnceLock::new();
    *MAP.get_or_init(|| {
        std::env::var("TUNE").unwrap_or_default().split(',').filter_map(|p| {
            let (k, v) = p.split_once('=')?;
            Some((k.to_string(), v.parse().ok()?))
        }).collect()
    }).get(name).unwrap_or(&default)
}
