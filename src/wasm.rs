//! The boundary to JavaScript: the only file that names wasm-bindgen, js-sys or serde-wasm-bindgen.
//!
//! Files and pixels cross as typed arrays, options and facts as plain objects. A failure is
//! thrown as `{code, message}`; a panic is a trap, after which the instance must not be used.

use js_sys::{Object, Reflect, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::{Deserializer, Serializer};
use wasm_bindgen::prelude::*;

use crate::error::{Error, ErrorCode, Result};
use crate::image::{Image, Layout};
use crate::options::{DEFAULT_COMPRESSION_CONFIG, Fit, Options, OutputFormat, RANGES};
use crate::pipeline::{self, Output};
use crate::sniff::{Format, sniff};

/// A file's facts as JavaScript sees them; sizes are as shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Probe {
    format: &'static str,
    mime_type: &'static str,
    width: u32,
    height: u32,
    orientation: u8,
    has_alpha: bool,
    animated: bool,
    has_icc: bool,
}

/// An output's facts; the bytes are added as `data`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    format: &'static str,
    mime_type: &'static str,
    width: u32,
    height: u32,
    source_format: Option<&'static str>,
    source_width: u32,
    source_height: u32,
    animated: bool,
    warnings: Vec<String>,
}

/// Reads a file's headers.
#[wasm_bindgen]
pub fn probe(bytes: &[u8]) -> Result<JsValue, JsValue> {
    let info = sniff(bytes).map_err(thrown)?;
    let (width, height) = info.oriented_size();
    object(&Probe {
        format: info.format.name(),
        mime_type: info.format.mime_type(),
        width,
        height,
        orientation: info.orientation,
        has_alpha: info.has_alpha,
        animated: info.animated,
        has_icc: info.has_icc,
    })
}

/// Compresses a file.
#[wasm_bindgen]
pub fn compress(bytes: &[u8], options: JsValue) -> Result<JsValue, JsValue> {
    let options = parse(options).map_err(thrown)?;
    pipeline::run(bytes, &options).map_err(thrown).and_then(result)
}

/// Compresses upright sRGB pixels with straight alpha, four bytes each.
#[wasm_bindgen(js_name = compressPixels)]
pub fn compress_pixels(
    rgba: Vec<u8>,
    width: u32,
    height: u32,
    options: JsValue,
) -> Result<JsValue, JsValue> {
    let options = parse(options).map_err(thrown)?;
    Image::new(width, height, Layout::Rgba, rgba)
        .and_then(|image| pipeline::run_pixels(image, &options))
        .map_err(thrown)
        .and_then(result)
}

/// Defaults, ranges and names, for the test that holds JavaScript and Rust together.
#[wasm_bindgen(js_name = optionSpec)]
pub fn option_spec() -> Result<JsValue, JsValue> {
    let ranges = Object::new();
    for (key, range) in RANGES {
        set(&ranges, key, &object(&[*range.start(), *range.end()])?)?;
    }
    let spec = Object::new();
    set(&spec, "defaults", &object(&DEFAULT_COMPRESSION_CONFIG)?)?;
    set(&spec, "ranges", &ranges)?;
    set(&spec, "codes", &object(&ErrorCode::ALL.map(ErrorCode::name))?)?;
    set(&spec, "formats", &object(&OutputFormat::ALL.map(OutputFormat::name))?)?;
    set(&spec, "inputs", &object(&Format::ALL.map(Format::name))?)?;
    set(&spec, "fits", &object(&Fit::ALL)?)?;
    Ok(spec.into())
}

fn parse(options: JsValue) -> Result<Options> {
    serde_path_to_error::deserialize(Deserializer::from(options)).map_err(|error| {
        let key = error.path().to_string();
        let what = error.into_inner();
        Error::invalid_option(if key == "." { what.to_string() } else { format!("{key}: {what}") })
    })
}

fn result(output: Output) -> Result<JsValue, JsValue> {
    let facts = object(&Facts {
        format: output.format.name(),
        mime_type: output.format.mime_type(),
        width: output.width,
        height: output.height,
        source_format: output.source_format.map(Format::name),
        source_width: output.source_width,
        source_height: output.source_height,
        animated: output.animated,
        warnings: output.warnings,
    })?;
    set(&facts, "data", &Uint8Array::from(output.data.as_slice()))?;
    Ok(facts)
}

fn object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    value.serialize(&Serializer::json_compatible()).map_err(|error| thrown(Error::internal(error)))
}

fn set(target: &JsValue, key: &str, value: &JsValue) -> Result<(), JsValue> {
    Reflect::set(target, &key.into(), value).map(|_| ())
}

fn thrown(error: Error) -> JsValue {
    let value = Object::new();
    // Setting a property of a new plain object cannot fail.
    let _ = set(&value, "code", &error.code.name().into());
    let _ = set(&value, "message", &error.message.into());
    value.into()
}
