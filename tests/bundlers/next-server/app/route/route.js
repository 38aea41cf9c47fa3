import { ImageCompressionService } from 'slimpix';

const warnings = [];
const logger = { debug() {}, info() {}, error() {}, warn: (text) => warnings.push(text) };
const service = new ImageCompressionService({ logger });

/** A route handler, in Node. The headers say whether workers were to be had. */
export async function POST(request) {
  const format = new URL(request.url).searchParams.get('format');
  const { data, mimeType } = await service.compressImage(await request.arrayBuffer(), { format });
  const { images, avif } = service.workers;
  const workers = `${images.length} ${avif.length}`;
  const headers = { 'content-type': mimeType, 'x-workers': workers, 'x-warnings': String(warnings.length) };
  return new Response(data, { headers });
}
