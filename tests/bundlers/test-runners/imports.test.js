/** What a project's own tests do with code that imports slimpix: import it, and not compress. */
import imageCompression from 'slimpix/browser-image-compression';
import Compressor from 'slimpix/compressorjs';
import * as inline from 'slimpix/inline';
import * as slimpix from 'slimpix';

test('the drop-ins are there', () => {
  expect(typeof imageCompression).toBe('function');
  expect(typeof imageCompression.getExifOrientation).toBe('function');
  expect(typeof Compressor).toBe('function');
});

test('so are the main entries, and a service is made without anything being loaded', () => {
  for (const { ImageCompressionService, compressImage } of [slimpix, inline]) {
    expect(typeof compressImage).toBe('function');
    expect(new ImageCompressionService().config.maxDimension).toBe(2048);
  }
});

test('what cannot be done here is a typed error, and a broken file is one too', async () => {
  const service = new slimpix.ImageCompressionService({ worker: false });
  const { code } = await service.compressImage(new Uint8Array([1, 2, 3]), { format: 'webp' }).catch((error) => error);
  expect(['LOAD_FAILED', 'UNSUPPORTED_FORMAT']).toContain(code);
});
