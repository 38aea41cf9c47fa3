/**
 * Whether a file holds EXIF, and in it the place where it was taken: so that the page can say what was removed from
 * the very bytes, before and after. Looks at a file's first part alone, where cameras put it; knows JPEG, PNG, WebP.
 */
const LOOKED_AT = 2 ** 18;
const GPS_POINTER = 0x8825;

/** `{exif, gps}` */
export async function personalData(file) {
  const bytes = new Uint8Array(await file.slice(0, LOOKED_AT).arrayBuffer());
  const start = tiffStart(bytes) ?? tiffStart(new Uint8Array(await file.slice(-LOOKED_AT).arrayBuffer()));
  return start ? { exif: true, gps: holdsPlace(start) } : { exif: false, gps: false };
}

/** EXIF is a small TIFF: found by the marks that each format puts before it. */
function tiffStart(bytes) {
  const text = new TextDecoder('latin1').decode(bytes);
  const mark = /(?:Exif\0\0|eXIf|EXIF....(?:Exif\0\0)?)(?=II\*\0|MM\0\*)/s.exec(text);
  return mark && new DataView(bytes.buffer, mark.index + mark[0].length);
}

function holdsPlace(tiff) {
  try {
    const little = tiff.getUint8(0) === 0x49;
    const directory = tiff.getUint32(4, little);
    const entries = tiff.getUint16(directory, little);
    return Array.from({ length: entries }, (_, n) => tiff.getUint16(directory + 2 + 12 * n, little)).includes(GPS_POINTER);
  } catch {
    return false;
  }
}
