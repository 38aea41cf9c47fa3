/**
 * Thumbnail, preview and full of one upload, each written once.
 *
 * A queue delivers a message at least once, so the work is idempotent: a variant carries the upload's etag, and what is
 * there for that etag is neither made nor written again. A consumer that dies between two variants is taken up there.
 */
import { ImageCompressionError, ImageCompressionService } from 'slimpix';

const service = new ImageCompressionService();
const NAMES = Object.keys(service.config.sizeVariants);
const FORMAT = 'webp';
/** A consumer's isolate has 128 MB: 96 MiB for pixels, and room for the file. */
export const MAX_UPLOAD_BYTES = 15 * 2 ** 20;

export async function makeVariants({ UPLOADS, VARIANTS }, key) {
  const source = await UPLOADS.head(key);
  if (!source) return;
  // Uploads that R2 tells of itself have passed no check.
  if (source.size > MAX_UPLOAD_BYTES) {
    const message = `the upload has ${source.size} bytes; at most ${MAX_UPLOAD_BYTES}`;
    throw new ImageCompressionError('LIMIT_EXCEEDED', message);
  }
  const missing = await missingOf(VARIANTS, key, source.etag);
  if (missing.length === 0) return;
  const upload = await UPLOADS.get(key, { onlyIf: { etagMatches: source.etag } });
  if (!upload?.body) throw new Error('the upload was replaced while it was read');
  const made = await service.compressVariants(await upload.arrayBuffer(), { variants: missing, format: FORMAT });
  for (const { variant, data, mimeType, width, height } of made) {
    await VARIANTS.put(address(key, variant), data, {
      httpMetadata: { contentType: mimeType },
      customMetadata: { source: source.etag, width: String(width), height: String(height) },
    });
  }
  const now = await UPLOADS.head(key);
  if (now && now.etag !== source.etag) throw new Error('the upload was replaced while its variants were written');
}

const address = (key, variant) => `${key}/${variant}.${FORMAT}`;

async function missingOf(bucket, key, etag) {
  const there = await Promise.all(NAMES.map((name) => bucket.head(address(key, name))));
  return NAMES.filter((_, index) => there[index]?.customMetadata?.source !== etag);
}
