import { ImageCompressionService } from 'slimpix';

const warnings = [];
const service = new ImageCompressionService({ logger: { debug() {}, info() {}, error() {}, warn: (text) => warnings.push(text) } });

/** A route handler, in Node. The headers say whether workers were to be had. */
export async function POST(request) {
  const format = new URL(request.url).searchParams.get('format');
  const { data, mimeType } = await service.compressImage(await request.arrayBuffer(), { format });
  const { images, avif } = service.workers;
  const headers = { 'content-type': mimeType, 'x-workers': `${images.length} ${avif.length}`, 'x-warnings': String(warnings.length) };
  return new Response(data, { headers });
}
