/** What every bundler's page does: compresses drawn pixels when a test asks for it. */
const pixels = { data: Uint8Array.from({ length: 64 * 48 * 4 }, (_, at) => (at % 4 === 3 ? 255 : at % 251)), width: 64, height: 48 };

export function offer(ImageCompressionService) {
  globalThis.compress = async (format) => {
    const warnings = [];
    const logger = { debug() {}, info() {}, warn: (...words) => warnings.push(words.join(' ')), error() {} };
    const service = new ImageCompressionService({ logger });
    try {
      const { data } = await service.compressImage(pixels, { format });
      return { file: [...data], workers: service.workers, warnings };
    } catch ({ code, message }) {
      return { code, message };
    } finally {
      service.close();
    }
  };
}
