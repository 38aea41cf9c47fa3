/** Small pictures that tests make for themselves, through libvips and never through slimpix. */
import sharp from 'sharp';

/** Smooth colour waves with a little detail: `{data, width, height}`, opaque unless `alpha`. */
export function waves(width, height, { alpha = false } = {}) {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      data[at] = 128 + 100 * Math.sin(x / 9);
      data[at + 1] = 128 + 100 * Math.cos(y / 7);
      data[at + 2] = (x * 255) / width;
      data[at + 3] = alpha ? (y * 255) / height : 255;
    }
  }
  return { data, width, height };
}

const raw = ({ data, width, height }) => sharp(Buffer.from(data.buffer), { raw: { width, height, channels: 4 } });

export const jpegFile = (width, height) => raw(waves(width, height)).jpeg().toBuffer();
export const pngFile = (width, height, options) => raw(waves(width, height, options)).png().toBuffer();
export const avifFile = (width, height) => raw(waves(width, height)).avif({ effort: 0 }).toBuffer();

/** A GIF of two frames. */
export async function animatedGif(width, height) {
  const frames = await Promise.all([waves(width, height), waves(height, width)].map((frame) => raw(frame).resize(width, height, { fit: 'fill' }).png().toBuffer()));
  return sharp(frames, { join: { animated: true } }).gif().toBuffer();
}
