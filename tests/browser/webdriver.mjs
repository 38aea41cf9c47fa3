/** What WebDriver and Marionette share: how work is run in a page, and a port to be reached at. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Runs `work(argument)` in the page and gives what it resolves to; `execute` runs a script that ends by calling back. */
export async function evaluate(execute, work, argument) {
  const script = `const [argument, done] = arguments;
    Promise.resolve(argument).then(${work}).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
  const { value, error } = await execute(script, [argument ?? null]);
  if (error) throw new Error(error);
  return value;
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
