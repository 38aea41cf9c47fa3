'use client';
import '../main.js';

/** Rendered on the server too, at build time: there the import must do nothing and not fail. */
export default function Page() {
  return <p>slimpix, bundled</p>;
}
