/** EXIF as it lies in a JPEG: the segment, and the place of its orientation (Exif 2.32, 4.5.4 and 4.6.4). */

const [SOI, SOS, APP1] = [0xffd8, 0xffda, 0xffe1];
const EXIF = 0x45786966;
const ORIENTATION = 0x0112;

/** Orientation 1–8 of a JPEG; -1 where it says none, -2 where it is none. */
export function orientationOf(bytes: Uint8Array): number {
  if (!isJpeg(bytes)) return -2;
  const place = orientationPlace(exifSegment(bytes));
  return place ? place.view.getUint16(place.offset, place.little) : -1;
}

/** `to` with the EXIF of `from`, which then says that the picture is upright; both are JPEGs. */
export function copyExif(from: Uint8Array, to: Uint8Array): Uint8Array<ArrayBuffer> {
  const segment = exifSegment(from)?.slice() ?? new Uint8Array();
  const place = orientationPlace(segment);
  place?.view.setUint16(place.offset, 1, place.little);
  const joined = new Uint8Array(to.length + segment.length);
  joined.set(to.subarray(0, 2));
  joined.set(segment, 2);
  joined.set(to.subarray(2), 2 + segment.length);
  return joined;
}

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes.length > 4 && viewOf(bytes).getUint16(0) === SOI;
}

/** From its marker to its end. */
function exifSegment(bytes: Uint8Array): Uint8Array | undefined {
  if (!isJpeg(bytes)) return undefined;
  const view = viewOf(bytes);
  for (let at = 2; at + 10 <= bytes.length; ) {
    const marker = view.getUint16(at);
    if (marker === SOS || marker < 0xff00) return undefined;
    const end = at + 2 + view.getUint16(at + 2);
    if (marker === APP1 && view.getUint32(at + 4) === EXIF) return bytes.subarray(at, end);
    at = end;
  }
  return undefined;
}

/** Where the orientation's value stands, for reading and for writing. */
function orientationPlace(segment: Uint8Array | undefined): { view: DataView; offset: number; little: boolean } | undefined {
  if (!segment || segment.length < 20) return undefined;
  const view = new DataView(segment.buffer, segment.byteOffset + 10, segment.length - 10);
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return undefined;
  const entries = view.getUint16(directory, little);
  for (let entry = 0; entry < entries; entry++) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > view.byteLength) return undefined;
    if (view.getUint16(at, little) === ORIENTATION) return { view, offset: at + 8, little };
  }
  return undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
