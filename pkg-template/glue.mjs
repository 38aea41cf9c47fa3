/**
 * What the build changes in the generated glue. wasm-bindgen makes its TextDecoder and its TextEncoder while the module
 * is imported; importing slimpix does nothing, and must also succeed where neither exists (Jest's jsdom, a worklet). So
 * they are made when the first string crosses. Each change must find its place: a generator that writes otherwise is an
 * error of the build, and not an import that does work again.
 */
const MAKE_DECODER = "new TextDecoder('utf-8', { ignoreBOM: true })";

/** Each with what it is replaced by: the two forms of the decoder, and of the encoder, are those without and with threads. */
const CHANGES = [
  [/^let cachedTextDecoder = .*;\n(?:if \(cachedTextDecoder\) )?cachedTextDecoder\.decode\(\);$/m, 'let cachedTextDecoder;'],
  [/^( +)return cachedTextDecoder\.decode\(/m, `$1cachedTextDecoder ??= ${MAKE_DECODER};\n$&`],
  [
    /^const cachedTextEncoder = .*;\n\nif \(.*cachedTextEncoder\)+ \{\n[^]*?^\}$/m,
    'let madeTextEncoder;\nconst textEncoder = () => (madeTextEncoder ??= new TextEncoder());',
  ],
  [/\bcachedTextEncoder\./g, 'textEncoder().'],
];

/** The glue, importing which does nothing. */
export function lazyGlue(glue) {
  return CHANGES.reduce((text, [from, to]) => {
    if (text.search(from) < 0) throw new Error(`the generated glue has no ${from}: look at pkg-template/glue.mjs`);
    return text.replace(from, to);
  }, glue);
}
