/**
 * What slimpix can do where it runs. Whether the platform decodes AVIF and HEIC is found out by giving it a picture of
 * each: no browser answers the question itself for both.
 */
import type { Decode, Platform } from './platform.js';
import { hasSimd } from './simd.js';
import type { Capabilities, InputFormat } from './types.js';

/** What slimpix decodes itself. */
const OWN = ['jpeg', 'png', 'webp', 'gif', 'bmp', 'tiff', 'ico'] as const;
const WRITTEN = ['avif', 'webp', 'jpeg', 'png'] as const;

/** Grey pictures: AVIF of one pixel by slimpix, HEIC of 64 × 64 by x265. */
const SAMPLES = {
  avif: 'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADmbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAEOAAAAIwAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAamlwcnAAAABLaXBjbwAAABRpc3BlAAAAAAAAAAEAAAABAAAAEHBpeGkAAAAAAwgICAAAAAxhdjFDgR8MAAAAABNjb2xybmNseAABAA0ABoAAAAAXaXBtYQAAAAAAAAABAAEEAQKDBAAAACttZGF0CggfwAIICGg0oDIXZopf89PHqsAAIAAQAAAAAAAAAAACkMA=',
  heic: 'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFmAAEAAAAAAAAADgAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAwmlwcnAAAACkaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAEAAAABAAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAoMAAAAWbWRhdAAAAAooAa8EGPxK15vA',
} as const;

type Sampled = keyof typeof SAMPLES;

export async function capabilitiesOf({ decode, startWorker, canShareMemory, cores }: Platform): Promise<Capabilities> {
  const platformDecoders = await decodedBy(decode);
  return {
    input: [...OWN, ...platformDecoders],
    output: WRITTEN,
    platformDecoders,
    simd: hasSimd(),
    workers: startWorker !== undefined,
    threads: startWorker !== undefined && canShareMemory?.() === true,
    cores: cores?.() ?? 1,
  };
}

async function decodedBy(decode: Decode | undefined): Promise<InputFormat[]> {
  if (!decode) return [];
  const formats = Object.keys(SAMPLES) as Sampled[];
  const decoded = await Promise.all(formats.map((format) => decode(sample(format), `image/${format}`).then(() => true, () => false)));
  return formats.filter((_, place) => decoded[place]);
}

function sample(format: Sampled): Uint8Array {
  return Uint8Array.from(atob(SAMPLES[format]), (letter) => letter.charCodeAt(0));
}
