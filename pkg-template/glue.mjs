/**
 * What the build changes in the generated glue, so that it works in more hosts.
 *
 * wasm-bindgen makes its TextDecoder and its TextEncoder while the module is imported; importing slimpix does nothing,
 * and must also succeed where neither exists (Jest's jsdom). So they are made when the first string crosses.
 *
 * It also takes a module that is not of this realm's `WebAssembly.Module` for bytes, and compiles them. Next.js hands
 * its edge functions, which run in a realm of their own, modules of the outer one; slimpix hands over modules alone.
 *
 * Each change must find its place: a generator that writes something else is an error of the build, and not a package
 * that breaks in those hosts.
 */
const MAKE_DECODER = "new TextDecoder('utf-8', { ignoreBOM: true })";

/** Each with what replaces it. The forms of the decoder and of the encoder differ with threads. */
const CHANGES = [
  [
    /^let cachedTextDecoder = .*;\n(?:if \(cachedTextDecoder\) )?cachedTextDecoder\.decode\(\);$/m,
    'let cachedTextDecoder;',
  ],
  [/^( +)return cachedTextDecoder\.decode\(/m, `$1cachedTextDecoder ??= ${MAKE_DECODER};\n$&`],
  [
    /^const cachedTextEncoder = .*;\n\nif \(.*cachedTextEncoder\)+ \{\n[^]*?^\}$/m,
    'let madeTextEncoder;\nconst textEncoder = () => (madeTextEncoder ??= new TextEncoder());',
  ],
  [/\bcachedTextEncoder\./g, 'textEncoder().'],
  [/(function initSync[^]*?)^ +if \(!\(module instanceof WebAssembly\.Module\)\) \{\n.*\n +\}\n/m, '$1'],
];

/** The glue as it is published. */
export function adaptedGlue(glue) {
  return CHANGES.reduce((text, [from, to]) => {
    if (text.search(from) < 0) throw new Error(`the generated glue has no ${from}: look at pkg-template/glue.mjs`);
    return text.replace(from, to);
  }, glue);
}
