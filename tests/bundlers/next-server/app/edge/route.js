import { compressImage, ImageCompressionError } from 'slimpix';

export const runtime = 'edge';

/** A route handler in the edge runtime, where a picture that cannot be read is a refusal. */
export async function POST(request) {
  const format = new URL(request.url).searchParams.get('format');
  try {
    const { data, mimeType } = await compressImage(await request.arrayBuffer(), { format });
    return new Response(data, { headers: { 'content-type': mimeType } });
  } catch (error) {
    if (!(error instanceof ImageCompressionError)) throw error;
    return Response.json({ code: error.code, message: error.message }, { status: 422 });
  }
}
