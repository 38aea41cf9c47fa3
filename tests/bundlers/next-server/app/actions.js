'use server';
import { compressImage } from 'slimpix';

/** A server action: a form's photo comes back smaller. */
export async function shrink(_, form) {
  const { data, mimeType } = await compressImage(form.get('photo'), { format: 'webp' });
  return `data:${mimeType};base64,${Buffer.from(data).toString('base64')}`;
}
