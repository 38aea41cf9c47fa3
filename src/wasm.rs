//! The boundary to JavaScript: the only file that names wasm-bindgen, js-sys or serde-wasm-bindgen.
//!
//! Files and pixels cross as typed arrays, options and facts as plain objects. A failure is
//! thrown as `{code, message}`; a panic is a trap, after which the instance must not be used.

use std::collections::VecDeque;

use js_sys::{Function, Object, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::{Deserializer, Serializer};
use wasm_bindgen::prelude::*;

use crate::error::{Error, Result};
use crate::image::{Image, Layout};
use crate::metadata::Metadata;
use crate::options::Options;
use crate::pipeline::{Finished, Output, Picture};
use crate::sniff::{Format, sniff};

// Named, so that it is linked: it exports `initThreadPool` and what its threads call.
#[cfg(feature = "threads")]
use wasm_bindgen_rayon as _;

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
    pages: u32,
    has_icc: bool,
    metadata_bytes: f64,
}

/// An output's facts; its bytes, or its pixels, are added as `data`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    format: &'static str,
    mime_type: &'static str,
    width: u32,
    height: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    quality: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
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
        pages: info.pages,
        has_icc: info.has_icc,
        metadata_bytes: info.metadata_bytes as f64,
    })
}

/// A picture decoded once, and the outputs still to be made of it, in their order.
#[wasm_bindgen(js_name = Picture)]
pub struct Work {
    picture: Option<Picture>,
    targets: VecDeque<Options>,
}

#[wasm_bindgen(js_class = Picture)]
impl Work {
    /// Decodes a file for `targets`, an array of options.
    pub fn decode(bytes: &[u8], targets: JsValue) -> Result<Self, JsValue> {
        Self::with(targets, |targets| Picture::decode(bytes, targets)).map_err(thrown)
    }

    /// Takes upright sRGB pixels with straight alpha, four bytes each.
    #[wasm_bindgen(js_name = fromPixels)]
    pub fn from_pixels(
        rgba: Vec<u8>,
        width: u32,
        height: u32,
        targets: JsValue,
    ) -> Result<Self, JsValue> {
        let picture = |targets: &[Options]| {
            Picture::from_pixels(Image::new(width, height, Layout::Rgba, rgba)?, targets)
        };
        Self::with(targets, picture).map_err(thrown)
    }

    /// Makes the next target's file; `told(ratio)` hears how far it is.
    pub fn compress(&mut self, told: &Function) -> Result<JsValue, JsValue> {
        let (finished, options) = self.next().map_err(thrown)?;
        written(finished, &options, told)
    }

    /// Makes the next target's pixels and kept metadata, for another worker's `encode`.
    pub fn finish(&mut self) -> Result<JsValue, JsValue> {
        let (finished, options) = self.next().map_err(thrown)?;
        pixels(&finished, &options)
    }
}

impl Work {
    fn with(targets: JsValue, picture: impl FnOnce(&[Options]) -> Result<Picture>) -> Result<Self> {
        let targets: Vec<Options> = parse(targets)?;
        Ok(Self { picture: Some(picture(&targets)?), targets: targets.into() })
    }

    /// The last target takes the picture; the others copy what they need of it.
    fn next(&mut self) -> Result<(Finished, Options)> {
        let none = || Error::internal("every target of this picture is done");
        let options = self.targets.pop_front().ok_or_else(none)?;
        let finished = if self.targets.is_empty() {
            self.picture.take().ok_or_else(none)?.into_finished(&options)?
        } else {
            self.picture.as_ref().ok_or_else(none)?.finish(&options)?
        };
        Ok((finished, options))
    }
}

/// Encodes what another worker's `Picture.finish` made: three or four bytes a pixel.
#[wasm_bindgen]
pub fn encode(
    data: Vec<u8>,
    width: u32,
    height: u32,
    icc: Option<Vec<u8>>,
    exif: Option<Vec<u8>>,
    xmp: Option<Vec<u8>>,
    options: JsValue,
    told: &Function,
) -> Result<JsValue, JsValue> {
    let options: Options = parse(options).map_err(thrown)?;
    let rgb = data.len() as u64 == u64::from(width) * u64::from(height) * 3;
    let layout = if rgb { Layout::Rgb } else { Layout::Rgba };
    let image = Image::new(width, height, layout, data).map_err(thrown)?;
    written(Finished::new(image, Metadata { icc, exif, xmp }), &options, told)
}

fn written(finished: Finished, options: &Options, told: &Function) -> Result<JsValue, JsValue> {
    // A listener that throws is no reason to stop.
    let mut told = |ratio: f64| drop(told.call1(&JsValue::NULL, &ratio.into()));
    finished.encode_telling(options, &mut told).map_err(thrown).and_then(result)
}

/// JavaScript has checked types and keys by its own tables, so serde's bare words will do.
fn parse<T: DeserializeOwned>(options: JsValue) -> Result<T> {
    T::deserialize(Deserializer::from(options)).map_err(Error::invalid_option)
}

fn result(output: Output) -> Result<JsValue, JsValue> {
    let facts = object(&Facts {
        format: output.format.name(),
        mime_type: output.format.mime_type(),
        width: output.width,
        height: output.height,
        quality: output.quality,
        score: output.score,
        source_format: output.source_format.map(Format::name),
        source_width: output.source_width,
        source_height: output.source_height,
        animated: output.animated,
        warnings: output.warnings,
    })?;
    set(&facts, "data", &Uint8Array::from(output.data.as_slice()))?;
    Ok(facts)
}

fn pixels(finished: &Finished, options: &Options) -> Result<JsValue, JsValue> {
    let (source_width, source_height) = finished.source_size;
    let facts = object(&Facts {
        format: options.format.name(),
        mime_type: options.format.mime_type(),
        width: finished.image.width(),
        height: finished.image.height(),
        quality: None,
        score: None,
        source_format: finished.source_format.map(Format::name),
        source_width,
        source_height,
        animated: finished.animated,
        warnings: finished.warnings.clone(),
    })?;
    set(&facts, "data", &Uint8Array::from(finished.image.data()))?;
    let Metadata { icc, exif, xmp } = &finished.metadata;
    for (key, part) in [("icc", icc), ("exif", exif), ("xmp", xmp)] {
        if let Some(part) = part {
            set(&facts, key, &Uint8Array::from(part.as_slice()))?;
        }
    }
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
